import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { compact, templates } from "../../infra/app.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";

const cfnLint = {
  name: "cfn-lint in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
/** Without S3, CloudFormation takes templates up to this size. */
const INLINE_LIMIT = 51_200;

/** Of a managed policy, without blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const POLICY_LIMIT = 6_144;

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const doc = (name: string): string => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");

/** A value as CloudFormation fills it in, with long texts for what is known only then. */
function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== "object" || value === null) return value;
  const [[key, inner] = ["", undefined]] = Object.entries(value);
  if (key === "Fn::Join" && Array.isArray(inner)) return (filledIn(inner[1]) as readonly string[]).join("");
  if (key === "Fn::If" && Array.isArray(inner)) return filledIn(inner[1]);
  if (key === "Fn::Sub")
    return String(inner).replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => filledIn({ Ref: name }) as string);
  if (key === "Ref") return String(inner).startsWith("AWS::") ? "x".repeat(12) : "x".repeat(60);
  if (key.startsWith("Fn::")) return "x".repeat(60);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filledIn(each)]));
}

/** Actions of every statement within, however deep, that allows to somebody of ours what a policy of IAM can. */
function allowedActions(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(allowedActions);
  if (typeof value !== "object" || value === null) return [];
  if (!("Effect" in value)) return Object.values(value).flatMap(allowedActions);
  if (value.Effect !== "Allow" || "Principal" in value || !("Action" in value)) return [];
  return [value.Action].flat() as readonly string[];
}

describe("the CloudFormation templates", () => {
  const made = templates();

  it.each(made)("$name is as reviewed, and small", async ({ name, text }) => {
    await expect(text).toMatchFileSnapshot(`templates/${name}.json`);
    expect(compact(text).length).toBeLessThan(INLINE_LIMIT);
  });

  const resources = made.flatMap(({ text }) => {
    const { Resources } = JSON.parse(text) as { readonly Resources: Readonly<Record<string, Resource>> };
    return Object.entries(Resources);
  });
  const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type);

  it("have policies that IAM takes", () => {
    const policies = ofType("AWS::IAM::ManagedPolicy");
    expect(policies.length).toBeGreaterThan(4);
    for (const [name, { Properties }] of policies)
      expect(JSON.stringify(filledIn(Properties.PolicyDocument)).length, name).toBeLessThan(POLICY_LIMIT);
  });

  it("have no alarm that the runbook does not know, and it knows no other", () => {
    const alarms = ofType("AWS::CloudWatch::Alarm").map(([name]) => name.slice(0, -8));
    const known = [...doc("guides/operations.md").matchAll(/^### `(\w+)`/gm)].map(([, name]) => name);
    expect(known.toSorted()).toEqual([...new Set(alarms)].sort());
  });

  it("ask for no parameter that the guide does not know", () => {
    const guide = doc("guides/cloud.md");
    const asked = made.flatMap(({ text }) => {
      const { Parameters } = JSON.parse(text) as { readonly Parameters: object };
      return Object.keys(Parameters);
    });
    expect([...new Set(asked)].filter((name) => !guide.includes(`\`${name}\``)).sort()).toEqual([]);
  });

  it("allow no action that is not explained", () => {
    const explained = doc("iam.md");
    const actions = resources.flatMap(([, { Properties }]) => allowedActions(Properties));
    expect(actions.length).toBeGreaterThan(50);
    expect([...new Set(actions)].filter((action) => !explained.includes(`| \`${action}\` |`)).sort()).toEqual(
      [],
    );
  });

  describeWith(cfnLint, "for cfn-lint", (python) => {
    // It takes four seconds, and many more on a machine that has other things to do.
    it("have no errors", () => {
      const files = made.map(({ name }) => join(import.meta.dirname, "templates", `${name}.json`));
      const args = [join(dirname(python), "cfn-lint"), "--ignore-checks", "W", "--", ...files];
      const { stdout, stderr, status } = spawnSync(python, args, { encoding: "utf8" });
      expect(`${stdout}${stderr}`).toBe("");
      expect(status).toBe(0);
    }, 120_000);
  });
});
