import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, bundleHandlers } from "./build.ts";

const MAX_BYTES = 1_500_000;
/** What Lambda reads and compiles before the first event. */
const MAX_START_BYTES = 600_000;
/** Source modules of one bundle: a package that comes along unnoticed shows here. */
const MAX_MODULES = 3_200;

describe("the bundles of the Lambda handlers", () => {
  const target = mkdtempSync(join(tmpdir(), "moat-build-"));
  let bundles: readonly Bundle[] = [];
  beforeAll(async () => {
    bundles = await bundleHandlers(target);
  });
  afterAll(() => rmSync(target, { recursive: true, force: true }));

  it("are one for each handler", () => {
    expect(bundles.map(({ handler }) => handler)).toEqual([
      "heartbeat",
      "ingest",
      "map",
      "reconcile",
      "sweep",
    ]);
  });

  it("are small, and load little at start", () => {
    for (const { bytes, startBytes, modules } of bundles) {
      expect(bytes).toBeLessThan(MAX_BYTES);
      expect(startBytes).toBeLessThan(MAX_START_BYTES);
      expect(modules).toBeLessThan(MAX_MODULES);
    }
  });
});
