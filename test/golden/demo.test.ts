import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CliContext } from "../../src/entry/cli/context.ts";
import { runDemo } from "../../src/entry/cli/demo/run-demo.ts";
import { PLAIN } from "../../src/entry/cli/render/style.ts";
import { runCli, tooWide } from "../support/run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "moat-demo-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where the map was saved is another place each time. */
const withoutPlace = (text: string): string =>
  text.replaceAll(/\S*\/moat-demo-\w+\/map\.html/g, "<map.html>");

/** The SDK names its version to CloudTrail; a new one changes nothing here. */
const withoutVersion = (text: string): string => text.replaceAll(/aws-sdk-js\/[\d.]+/g, "aws-sdk-js/X");

describe("moat demo", () => {
  it("tells the whole story", async () => {
    const { code, out, err } = await runCli(["demo", "--no-open"], { env: { TMPDIR: folder } });
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(tooWide(withoutPlace(out))).toBeUndefined();
    await expect(withoutPlace(withoutVersion(out))).toMatchFileSnapshot("demo.txt");
  });

  it("gives its facts as data", async () => {
    const { code, out } = await runCli(["demo", "--json"], { env: { TMPDIR: folder } });
    expect(code).toBe(0);
    const { map } = JSON.parse(out) as { readonly map: string };
    expect(readFileSync(map, "utf8")).toContain('"kind":"map"');
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      kind: "demo",
      ok: true,
      failed: [],
      chapters: {
        switch: { cut: [], widened: [], scanner: { before: true, after: false } },
        secondRun: { writes: 0 },
        policyChange: { writes: ["AuthorizeSecurityGroupIngress"] },
        ruleByHand: { by: { actor: { name: "engineer/alex" } }, writes: ["RevokeSecurityGroupIngress"] },
        rollback: { groups: ["legacy-databases"], managedGroupGone: true },
      },
    });
  });

  it.each([
    { name: "a person's terminal", args: [], answers: [], opens: true },
    { name: "--no-open", args: ["--no-open"], answers: [], opens: false },
    { name: "no terminal", args: [], answers: undefined, opens: false },
  ])("opens the map at the end: $name -> $opens", async ({ args, answers, opens }) => {
    const browser = join(folder, "browser.sh");
    const shown = join(folder, `shown-${args.length}-${answers === undefined}`);
    writeFileSync(browser, `#!/bin/sh\necho "$1" > "${shown}"\n`);
    chmodSync(browser, 0o755);
    const run = await runCli(["demo", ...args], {
      env: { TMPDIR: folder, BROWSER: browser },
      ...(answers === undefined ? {} : { answers }),
    });
    expect(run.out).toContain(opens ? "opens in your browser; it is in\n" : "The map of its traffic is in\n");
    if (opens)
      await expect.poll(() => existsSync(shown) && readFileSync(shown, "utf8")).toMatch(/map\.html\n$/);
    else expect(existsSync(shown)).toBe(false);
  });

  it("says so and fails when something in it does not hold", async () => {
    const out: string[] = [];
    let code = 0;
    const context = {
      out: (text: string) => void out.push(text),
      style: PLAIN,
      exit: (wanted: number) => {
        code = wanted;
      },
    } as unknown as CliContext;
    const broken = {
      key: "broken",
      title: "A broken promise",
      run: async (stage: { check: (holds: boolean, text: string) => void }) => {
        stage.check(false, "no allowed client was refused");
        return {};
      },
    };
    await runDemo(context, { json: false, open: false }, [broken]);
    expect(code).toBe(1);
    expect(out.join("\n")).toContain("✗ NOT SO:  no allowed client was refused");
    expect(out.join("\n")).toContain("1 of the things that must hold did not");
  });
});
