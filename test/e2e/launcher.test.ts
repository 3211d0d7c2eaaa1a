import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Stands for the CLI: says what it was given, in TypeScript that has to be stripped, and exits with 3. */
const STAND_IN = `
const args: readonly string[] = process.argv.slice(2);
console.log(JSON.stringify({ args, cwd: process.cwd(), node: process.versions.node }));
process.exitCode = 3;
`;

describe("bin/moat", () => {
  let checkout: string;
  let launcher: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "moat checkout-"));
    launcher = join(checkout, "bin", "moat");
    mkdirSync(join(checkout, "bin"));
    mkdirSync(join(checkout, "src/entry/cli"), { recursive: true });
    copyFileSync(join(ROOT, "bin/moat"), launcher);
    writeFileSync(join(checkout, "package.json"), '{ "type": "module" }');
    writeFileSync(join(checkout, "src/entry/cli/start.ts"), STAND_IN);
    symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  });

  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  it("passes arguments and exit code through, and says nothing of its own", async () => {
    const { code, output } = await run(launcher, ["plan", "a b", "*", ""]);
    expect(code).toBe(3);
    expect(JSON.parse(output)).toMatchObject({ args: ["plan", "a b", "*", ""] });
  });

  it("leaves the working directory alone", async () => {
    const { output } = await run("sh", ["-c", 'cd / && exec "$0"', launcher]);
    expect(JSON.parse(output)).toMatchObject({ cwd: "/" });
  });

  it("finds its checkout through absolute and relative links", async () => {
    const folder = join(checkout, "elsewhere", "deep");
    mkdirSync(folder, { recursive: true });
    symlinkSync("../../bin/moat", join(folder, "relative"));
    symlinkSync(join(folder, "relative"), join(checkout, "absolute"));
    expect((await run(join(checkout, "absolute"), [])).code).toBe(3);
  });

  it("runs the bundle, unless a source is newer, was added or is gone", async () => {
    const bundle = join(checkout, "dist/cli/moat.mjs");
    const source = join(checkout, "src/entry/cli/start.ts");
    const write = () => {
      writeFileSync(bundle, 'console.log("the bundle"); process.exitCode = 4;');
      // A minute from now: everything above is older.
      utimesSync(bundle, Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    };
    mkdirSync(join(checkout, "dist/cli"), { recursive: true });
    writeFileSync(join(checkout, "package-lock.json"), "{}");
    write();
    expect(await run(launcher, [])).toEqual({ code: 4, output: "the bundle\n" });

    const later = Date.now() / 1000 + 120;
    for (const newer of [source, join(source, ".."), join(checkout, "package-lock.json")]) {
      utimesSync(newer, later, later);
      expect((await run(launcher, [])).code).toBe(3);
      utimesSync(newer, 0, 0);
      expect((await run(launcher, [])).code).toBe(4);
    }
    // Where only the bundle was handed on there is nothing to be newer.
    rmSync(join(checkout, "src"), { recursive: true });
    expect(await run(launcher, [])).toEqual({ code: 4, output: "the bundle\n" });
  });

  it("says what to do when the packages are not there", async () => {
    unlinkSync(join(checkout, "node_modules"));
    const { code, output } = await run(launcher, []);
    expect(code).toBe(1);
    expect(output).toBe(
      `moat: the packages it needs are not installed\n  fix: (cd '${checkout}' && npm ci)\n`,
    );
  });

  it("falls back on the system's node, and refuses one that is too old", async () => {
    unlinkSync(join(checkout, "node_modules"));
    mkdirSync(join(checkout, "node_modules/commander"), { recursive: true });
    const system = join(checkout, "system");
    mkdirSync(system);
    const withNode = (target: string) => {
      rmSync(join(system, "node"), { force: true });
      symlinkSync(target, join(system, "node"));
      return run(launcher, [], { env: { PATH: `${system}:/usr/bin:/bin` } });
    };

    expect((await withNode(process.execPath)).code).toBe(3);

    const old = join(checkout, "old-node");
    writeFileSync(old, '#!/bin/sh\n[ "$1" = --version ] && echo v20.1.0 && exit 0\nexit 1\n', {
      mode: 0o755,
    });
    const refused = await withNode(old);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/^moat: needs Node 22\.18 or newer, found v20\.1\.0\n {2}fix: /);
  });
});
