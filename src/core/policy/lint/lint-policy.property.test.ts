import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { world } from "../../../../test/oracle/policy-world.ts";
import { toCidrs } from "../../net/address-set.ts";
import type { Policy } from "../model.ts";
import { policyIndex } from "../policy-index.ts";
import { resolvePolicy } from "../resolve-policy.ts";
import { lintPolicy } from "./lint-policy.ts";

const RUNS = Number(process.env.MOAT_LINT_RUNS ?? 400);
const USELESS = new Set([
  "RULE_SHADOWED",
  "RULE_DUPLICATED",
  "RULE_COMPILES_TO_NOTHING",
  "RULE_MISSES_LISTENER",
  "RULE_INEXPRESSIBLE",
  "RULE_DISABLED",
]);

function distinctRules(policy: Policy): Policy {
  return {
    ...policy,
    ruleSets: policy.ruleSets.map((set) => ({
      ...set,
      rules: set.rules.map((rule) => ({ ...rule, href: `${set.href}${rule.href}` })),
    })),
  };
}

describe("lintPolicy", () => {
  it("calls rules useless only when all of them may go together and nothing changes", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(world, (of) => {
        const policy = distinctRules(of.policy);
        const databases = of.databases.map((each) => ({ ...each, id: each.arn }));
        const findings = lintPolicy(policyIndex(policy, of.options), databases);
        for (const { code } of findings) seen.set(code, (seen.get(code) ?? 0) + 1);
        const useless = new Set(
          findings.flatMap(({ code, about }) =>
            USELESS.has(code) && about.kind === "rule" ? [about.href] : [],
          ),
        );
        const without = {
          ...policy,
          ruleSets: policy.ruleSets.map((set) => ({
            ...set,
            rules: set.rules.filter((rule) => !useless.has(rule.href)),
          })),
        };
        const allowed = (each: Policy): unknown =>
          [...resolvePolicy(each, of.databases, of.options).databases].map(([arn, answer]) => [
            arn,
            toCidrs(answer.allowed),
          ]);
        expect(allowed(without)).toEqual(allowed(policy));
      }),
      { numRuns: RUNS },
    );
    for (const code of USELESS)
      expect({ code, seen: (seen.get(code) ?? 0) > 0 || code === "RULE_DUPLICATED" }).toEqual({
        code,
        seen: true,
      });
  }, 600_000);

  it("reports a database as lonely exactly when no rule can open it", () => {
    fc.assert(
      fc.property(world, (of) => {
        const databases = of.databases.map((each) => ({ ...each, id: each.arn }));
        const findings = lintPolicy(policyIndex(of.policy, of.options), databases);
        const lonely = findings.flatMap(({ about }) => (about.kind === "database" ? [about.arn] : []));
        for (const [arn, answer] of resolvePolicy(of.policy, of.databases, of.options).databases) {
          if (lonely.includes(arn)) expect(toCidrs(answer.allowed)).toEqual([]);
        }
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
});
