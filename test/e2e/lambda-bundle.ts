import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { bundleHandlers } from "../../scripts/build.ts";
import { SECRETS } from "./lambda-lab.ts";
import { everythingPrinted, type LogLine } from "./lambda-process.ts";

const ADDRESS_OF_THE_COMPANY = /\b10\.20\.\d+\.\d+/;

/**
 * Bundles the handler for one test file, and looks at the end whether any function of the file has printed a secret or
 * an address.
 *
 * @returns gives the path of the handler's bundle, once the tests run
 */
export function useBundle(): (handler?: string) => string {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "moat-lambda-"));
    await bundleHandlers(folder);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    const printed = everythingPrinted.join("");
    expect(printed.length).toBeGreaterThan(0);
    const { key, secret, accessKeyId, secretAccessKey } = SECRETS;
    const tokens = [`${key}:${secret}`, secret].map((text) => Buffer.from(text).toString("base64"));
    const shown = [key, secret, accessKeyId, secretAccessKey, ...tokens].filter((text) =>
      printed.includes(text),
    );
    expect(shown).toEqual([]);
    expect(printed.split("\n").filter((line) => ADDRESS_OF_THE_COMPANY.test(line))).toEqual([]);
  });
  return (handler = "ingest") => join(folder, handler, "index.mjs");
}

/** The line that sums a run up. */
export const summary = (lines: readonly LogLine[]): LogLine =>
  lines.find(({ message }) => message.startsWith("ingested")) ?? { level: "none", message: "none" };
