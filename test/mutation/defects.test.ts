import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withDefect } from "./defect.ts";
import { DEFECTS } from "./defects.ts";

const ROOT = join(import.meta.dirname, "../..");
const TESTS = globSync(["src/**/*.test.ts", "test/**/*.test.ts"], { cwd: ROOT });

describe("the list of seeded defects", () => {
  it("holds at least forty, each under a name of its own", () => {
    expect(DEFECTS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(DEFECTS.map((d) => d.name)).size).toBe(DEFECTS.length);
  });

  it.each(DEFECTS)("has one place for: $name", (defect) => {
    expect(existsSync(join(ROOT, defect.file))).toBe(true);
    const text = readFileSync(join(ROOT, defect.file), "utf8");
    expect(withDefect(text, defect)).not.toBe(text);
  });

  it.each(DEFECTS)("names tests that there are for: $name", ({ tests }) => {
    for (const part of tests) expect(TESTS.some((file) => file.includes(part))).toBe(true);
  });
});
