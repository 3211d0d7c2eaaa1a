import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../test/support/run-cli.ts";
import { bundleCli } from "./bundle-cli.ts";
import type { BundleSize } from "./measured-bundle.ts";
import { run } from "./run.ts";

const MAX_BYTES = 8_000_000;
/** What is read and compiled before a command runs. */
const MAX_START_BYTES = 300_000;
const MAX_MODULES = 4_300;

const LOG = `srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type
10.0.0.1 10.0.0.2 3306 6 2 10.0.0.1 10.0.0.2 40000 ACCEPT IPv4
`;

describe("the bundle of the command line", () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-cli-"));
  const target = join(folder, "cli");
  const log = join(folder, "flows.log");
  const moat = (...args: readonly string[]) =>
    run(process.execPath, [join(target, "moat.mjs"), ...args], {
      env: { PATH: process.env.PATH, NODE_DISABLE_COMPILE_CACHE: "1", NO_COLOR: "1" },
    });
  let size: BundleSize;
  let before = 0;
  beforeAll(async () => {
    writeFileSync(log, LOG);
    before = Date.now();
    size = await bundleCli(target);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is small, and loads little at start", () => {
    expect(size.bytes).toBeLessThan(MAX_BYTES);
    expect(size.startBytes).toBeLessThan(MAX_START_BYTES);
    expect(size.modules).toBeLessThan(MAX_MODULES);
  });

  it("is as old as the beginning of its build", () => {
    const { mtimeMs } = statSync(join(target, "moat.mjs"));
    expect(mtimeMs).toBeGreaterThanOrEqual(before - 1);
    expect(mtimeMs).toBeLessThan(statSync(target).mtimeMs);
  });

  it("says what the source says", async () => {
    const { code, out, err } = await runCli(["flows", log, "--output", "csv"]);
    expect(await moat("flows", log, "--output", "csv")).toEqual({ code, output: out + err });
    expect((await moat("--help")).output).toBe((await runCli(["--help"])).out);
  });

  it("finds the files that lie beside the source", async () => {
    const { code, output } = await moat("status", "--aws", "sandbox");
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("\norders ") });
  });
});
