import { describe, expect, it } from "vitest";
import { allowRule, ORDERS, overrideDeny, policy, ruleSet, tcp } from "../../../../test/fixtures/policy.ts";
import type { RuleSet } from "../model.ts";
import { policyIndex } from "../policy-index.ts";
import { lintPolicy } from "./lint-policy.ts";

const DATABASES = [{ ...ORDERS, id: "orders" }];

/** `CODE subject` of each finding on rule sets, without those on labels that the shop simply does not use. */
function codes(...ruleSets: RuleSet[]): string[] {
  return lintPolicy(policyIndex(policy({ ruleSets })), DATABASES)
    .filter(({ about }) => about.kind !== "label")
    .map(({ code, about }) => `${code} ${"href" in about ? about.href : "orders"}`);
}

const web = allowRule("role=web -> role=database", { href: "/r/web" });
const in_ = (...rules: RuleSet["rules"]): RuleSet => ruleSet("app=orders env=prod", { rules });

describe("lintPolicy", () => {
  it.each([
    { name: "a sound policy", sets: [in_(web)], want: [] },
    { name: "a database without any rule", sets: [], want: ["DATABASE_WITHOUT_RULE orders"] },
    {
      name: "a rule whose consumers are nobody",
      sets: [in_(web, allowRule("role=batch -> role=database", { href: "/r/batch" }))],
      want: ["RULE_COMPILES_TO_NOTHING /r/batch"],
    },
    {
      name: "a rule whose providers are nobody",
      sets: [in_(web, allowRule("role=web -> role=batch", { href: "/r/none" }))],
      want: ["RULE_COMPILES_TO_NOTHING /r/none"],
    },
    {
      name: "a rule for other hosts is none of our business",
      sets: [in_(web, allowRule("role=database -> role=web", { href: "/r/other" }))],
      want: [],
    },
    {
      name: "a rule that an override deny takes away",
      sets: [{ ...in_(web), denyRules: [overrideDeny("ams -> ams")] }],
      want: ["RULE_COMPILES_TO_NOTHING /r/web"],
    },
    {
      name: "a rule on another port",
      sets: [in_(web, { ...web, href: "/r/port", services: [tcp(5432)] })],
      want: ["RULE_MISSES_LISTENER /r/port"],
    },
    {
      name: "a rule for user groups",
      sets: [
        in_(web, {
          ...web,
          href: "/r/users",
          inexpressible: [{ kind: "userGroups", problem: { code: "X", what: "it", why: "is", fix: "so" } }],
        }),
      ],
      want: ["RULE_INEXPRESSIBLE /r/users"],
    },
    {
      name: "a rule for everybody, and one within it",
      sets: [in_(web, allowRule("list:any -> role=database", { href: "/r/any" }))],
      want: ["RULE_OPEN_TO_ANY /r/any", "RULE_SHADOWED /r/web"],
    },
    {
      name: "a copy of a rule",
      sets: [in_(web, { ...web, href: "/r/web-again", description: "the same" })],
      want: ["RULE_DUPLICATED /r/web-again"],
    },
    {
      name: "a rule and a rule set that are off",
      sets: [
        in_(web, { ...web, href: "/r/off", enabled: false }),
        ruleSet("app=orders", { enabled: false, rules: [{ ...web, href: "/r/in-off-set" }] }),
      ],
      want: ["RULE_DISABLED /r/off", "RULE_SET_DISABLED /rule_sets/app=orders"],
    },
  ])("$name", ({ sets, want }) => {
    expect(codes(...sets)).toEqual(want);
  });

  it("reports labels that rules name and nobody carries", () => {
    const findings = lintPolicy(
      policyIndex(policy({ ruleSets: [in_(web, allowRule("role=batch -> role=database"))] })),
      DATABASES,
    );
    expect(findings.filter(({ about }) => about.kind === "label").map(({ what }) => what)).toEqual([
      'the label role=batch is used by "app=orders env=prod", and nobody carries it',
    ]);
  });

  it("reports a database that policy does not know", () => {
    const stranger = {
      arn: "arn:2",
      id: "stranger",
      memberArns: [],
      endpoints: [],
      addresses: [],
      port: 3306,
    };
    const findings = lintPolicy(policyIndex(policy({ ruleSets: [in_(web)] })), [...DATABASES, stranger]);
    expect(findings.map(({ code }) => code)).toEqual(["DATABASE_WITHOUT_POLICY_OBJECT"]);
  });
});
