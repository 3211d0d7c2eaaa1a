import { describe, expect, it } from "vitest";
import type { CliContext } from "../../src/entry/cli/context.ts";
import { runDemo } from "../../src/entry/cli/demo/run-demo.ts";
import { PLAIN } from "../../src/entry/cli/render/style.ts";
import { runCli, tooWide } from "../support/run-cli.ts";

/** The SDK names its version to CloudTrail; a new one changes nothing here. */
const withoutVersion = (text: string): string => text.replaceAll(/aws-sdk-js\/[\d.]+/g, "aws-sdk-js/X");

describe("moat demo", () => {
  it("tells the whole story", async () => {
    const { code, out, err } = await runCli(["demo"]);
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(tooWide(out)).toBeUndefined();
    await expect(withoutVersion(out)).toMatchFileSnapshot("demo.txt");
  });

  it("gives its facts as data", async () => {
    const { code, out } = await runCli(["demo", "--json"]);
    expect(code).toBe(0);
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
    await runDemo(context, false, [broken]);
    expect(code).toBe(1);
    expect(out.join("\n")).toContain("✗ NOT SO:  no allowed client was refused");
    expect(out.join("\n")).toContain("1 of the things that must hold did not");
  });
});
