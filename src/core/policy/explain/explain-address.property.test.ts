import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyOracle } from "../../../../test/oracle/policy-oracle.ts";
import { ADDRESSES, type World, world } from "../../../../test/oracle/policy-world.ts";
import { parseAddress } from "../../net/address.ts";
import type { Policy } from "../model.ts";
import { policyIndex } from "../policy-index.ts";
import { applyChanges } from "./apply-changes.ts";
import type { Change } from "./change.ts";
import { explainAddress } from "./explain-address.ts";

const RUNS = Number(process.env.MOAT_EXPLAIN_RUNS ?? 150);
/**
 * What these worlds hold is counted below, so that no property holds for want of a case: the same worlds each time,
 * others with `MOAT_EXPLAIN_SEED=2`.
 */
const SEED = Number(process.env.MOAT_EXPLAIN_SEED ?? 1);

/** The generator numbers rules in each rule set anew; changes name them by href. */
function distinctRules(policy: Policy): Policy {
  return {
    ...policy,
    ruleSets: policy.ruleSets.map((set) => ({
      ...set,
      rules: set.rules.map((rule) => ({ ...rule, href: `${set.href}${rule.href}` })),
      denyRules: set.denyRules.map((rule) => ({ ...rule, href: `${set.href}${rule.href}` })),
    })),
  };
}

const asked = fc.record({ of: world, text: fc.constantFrom(...ADDRESSES), at: fc.nat(1) });

function explained({ of, text, at }: { of: World; text: string; at: number }) {
  const policy = distinctRules(of.policy);
  const database = of.databases[at];
  const address = parseAddress(text);
  if (database === undefined || !address.ok) throw new Error("The world has no such question");
  const answer = explainAddress(policyIndex(policy, of.options), database, address.value);
  const allowsAfter = (...changes: readonly Change[]): boolean =>
    policyOracle(applyChanges(policy, changes), database, of.options).allows(text);
  const standing = policyOracle(policy, database, of.options).standing();
  return { answer, allowsAfter, policy, standing };
}

const lift = (rule: { readonly href: string }): Change => ({ kind: "liftOverrideDeny", rule: rule.href });

describe("explainAddress against an oracle that asks one packet at a time", () => {
  it("gives the oracle's verdict", () => {
    const seen = { allowed: 0, denied: 0 };
    fc.assert(
      fc.property(asked, (question) => {
        const { answer, allowsAfter } = explained(question);
        expect(answer.verdict).toBe(allowsAfter() ? "allowed" : "denied");
        seen[answer.verdict] += 1;
      }),
      { numRuns: RUNS * 4, seed: SEED },
    );
    expect(seen.allowed).toBeGreaterThan(RUNS / 20);
  }, 600_000);

  it("names rules that allow, each of which is enough by itself", () => {
    fc.assert(
      fc.property(asked, (question) => {
        const { answer, policy } = explained(question);
        if (answer.verdict === "denied") return;
        const database = question.of.databases[question.at];
        for (const { rule } of answer.by) {
          const alone = policy.ruleSets.map((set) => ({
            ...set,
            rules: set.rules.filter((each) => each.href === rule.href),
          }));
          if (database === undefined) throw new Error("No database");
          const oracle = policyOracle({ ...policy, ruleSets: alone }, database, question.of.options);
          expect({ rule: rule.href, allows: oracle.allows(question.text) }).toEqual({
            rule: rule.href,
            allows: true,
          });
        }
      }),
      { numRuns: RUNS * 2, seed: SEED },
    );
  }, 600_000);

  it("blames override denies only when lifting them, and nothing less, lets the packet in", () => {
    let blamed = 0;
    fc.assert(
      fc.property(asked, (question) => {
        const { answer, allowsAfter } = explained(question);
        if (answer.verdict === "allowed" || answer.reason.kind !== "overrideDenied") return;
        const denies = answer.reason.denies.map((hit) => hit.rule);
        blamed += 1;
        expect(allowsAfter(...denies.map(lift))).toBe(true);
        for (const spared of denies) {
          expect(allowsAfter(...denies.filter((rule) => rule !== spared).map(lift))).toBe(false);
        }
      }),
      { numRuns: RUNS * 4, seed: SEED },
    );
    expect(blamed).toBeGreaterThan(0);
  }, 600_000);

  it("names changes that let the packet in", () => {
    const seen = { tried: 0, untried: 0, kinds: new Set<string>() };
    fc.assert(
      fc.property(asked, (question) => {
        const { answer, allowsAfter } = explained(question);
        if (answer.verdict === "allowed") return;
        for (const near of answer.nearest) {
          if (!near.tried) {
            seen.untried += 1;
            continue;
          }
          seen.tried += 1;
          const changes = near.gaps.map((gap) => gap.change);
          for (const { kind } of changes) seen.kinds.add(kind);
          expect({ changes, allows: allowsAfter(...changes) }).toEqual({ changes, allows: true });
        }
      }),
      { numRuns: RUNS * 4, seed: SEED },
    );
    expect(seen.tried).toBeGreaterThan(seen.untried);
    expect([...seen.kinds].sort()).toEqual([
      "addConsumer",
      "addWorkload",
      "allowPort",
      "enableRule",
      "enableRuleSet",
      "includeInIpList",
      "liftExclusion",
      "liftOverrideDeny",
      "makeExpressible",
      "makeExtraScope",
      "relabel",
      "servePort",
      "takeServicesOut",
    ]);
  }, 600_000);

  it("names no change too many for the nearest rule", () => {
    fc.assert(
      fc.property(asked, (question) => {
        const { answer, allowsAfter, policy, standing } = explained(question);
        const [near] = answer.verdict === "denied" ? answer.nearest : [];
        if (near === undefined || !near.tried) return;
        const changes = near.gaps.map((gap) => gap.change);
        // A database that is its own consumer may come under further rules by the very label it lacks as a consumer.
        // So may one whose virtual service is the consumer.
        const bound = policy.serviceBindings.filter(({ workload }) => standing.includes(workload));
        const own = [...standing, ...bound.map(({ virtualService }) => virtualService)];
        if (changes.some((change) => change.kind === "relabel" && own.includes(change.href))) return;
        for (const spared of changes) {
          const others = changes.filter((change) => change !== spared);
          expect({ changes, spared, allows: allowsAfter(...others) }).toEqual({
            changes,
            spared,
            allows: false,
          });
        }
      }),
      { numRuns: RUNS * 4, seed: SEED },
    );
  }, 600_000);

  it("finds a way whenever a readable rule has the database as a provider on its port", () => {
    fc.assert(
      fc.property(asked, (question) => {
        const { answer } = explained(question);
        // No workload counts with a loopback or link-local address, so no label could help these.
        if (/^(127\.|169\.254\.|::1$|fe80:)/.test(question.text)) return;
        if (answer.verdict === "allowed" || answer.reason.kind !== "notAConsumer") return;
        expect(answer.nearest.length).toBeGreaterThan(0);
      }),
      { numRuns: RUNS * 2, seed: SEED },
    );
  }, 600_000);
});
