import { type BitSet, keepAll, membersOf } from "../../label/bit-set.ts";
import { select } from "../../label/select.ts";
import { isEmpty } from "../../net/address-set.ts";
import { allowPlan } from "../allow-plan.ts";
import { termsWords } from "../explain/words.ts";
import { ruleSide } from "../rule-side.ts";
import { scopesOf } from "../scope.ts";
import type { LintFinding } from "./lint-finding.ts";
import { databaseWords, type LintedRule, type LintWorld, ruleWords } from "./lint-world.ts";

/** Rules in force that grant nothing on any database although they are about one, or are about nobody; with the reason. */
export function idleRules(world: LintWorld): readonly LintFinding[] {
  const idle = world.rules.filter((each) => each.enabled && each.grants.size === 0);
  return idle.flatMap((each) => (each.names.size === 0 ? providerless(world, each) : [whyIdle(world, each)]));
}

function whyIdle(world: LintWorld, linted: LintedRule): LintFinding {
  const { rule, ruleSet, opens, names, providers } = linted;
  const about = { kind: "rule" as const, href: rule.href, ruleSet: ruleSet.href };
  const databases = databaseWords(world, names);
  if (rule.inexpressible.length > 0 || rule.networkType === "non_brn") {
    const [first] = rule.inexpressible;
    return {
      code: "RULE_INEXPRESSIBLE",
      about,
      what: `${ruleWords(linted)} is for ${databases} and grants nothing`,
      why:
        first === undefined
          ? "it is for networks outside the corporate one"
          : `${first.problem.what}: ${first.problem.why}`,
      fix: first?.problem.fix ?? 'set its network type to "brn" or "all"',
    };
  }
  const plan = allowPlan(world.to.lookups, rule, providers);
  const [stopping] = plan.findings;
  if (plan.void && stopping !== undefined) {
    const { what, why, fix } = stopping;
    return {
      code: "RULE_COMPILES_TO_NOTHING",
      about,
      what: `${ruleWords(linted)} grants nothing: ${what}`,
      why,
      fix,
    };
  }
  if (opens.size === 0) return missesListener(world, linted);
  const nobody = [...opens.values()].every(isEmpty);
  return {
    code: "RULE_COMPILES_TO_NOTHING",
    about,
    what: `${ruleWords(linted)} is for ${databases} and grants nothing`,
    why: nobody ? nobodyWords(world, linted) : "override denies take away every address that it grants",
    fix: nobody
      ? "give workloads those labels, widen the scope, or delete the rule"
      : "delete the rule, or narrow the override denies",
  };
}

function nobodyWords(world: LintWorld, { rule }: LintedRule): string {
  const { terms } = ruleSide(world.index, rule.consumers);
  const words = terms === undefined ? "" : termsWords(world.index, terms).join(" ");
  return words === ""
    ? "none of its consumers has an address"
    : `its consumers are nobody: no workload with an address is ${words}${rule.unscopedConsumers ? "" : " within its scope"}`;
}

function missesListener(world: LintWorld, linted: LintedRule): LintFinding {
  const { rule, ruleSet, names } = linted;
  const ports = [...names].map((at) => world.databases[at]?.port ?? "not known yet");
  return {
    code: "RULE_MISSES_LISTENER",
    about: { kind: "rule", href: rule.href, ruleSet: ruleSet.href },
    what: `${ruleWords(linted)} has none of the ports on which ${databaseWords(world, names)} listens`,
    why: `only the listener's port can be granted: tcp ${[...new Set(ports)].sort().join(", ")}`,
    fix: "correct its services, or delete the rule",
  };
}

/** A rule whose providers are nobody is misspelt more often than meant. Rules for other hosts are none of our business. */
function providerless(world: LintWorld, linted: LintedRule): readonly LintFinding[] {
  const { rule, ruleSet, providers } = linted;
  const { terms, names, anything } = providers;
  if (terms === undefined || names.size > 0 || anything || hasProvider(world, linted)) return [];
  return [
    {
      code: "RULE_COMPILES_TO_NOTHING",
      about: { kind: "rule", href: rule.href, ruleSet: ruleSet.href },
      what: `${ruleWords(linted)} has no providers`,
      why: `no workload or virtual service is ${termsWords(world.index, terms).join(" ") || "there"} within its scope`,
      fix: "correct the labels of its providers or its scope, or delete the rule",
    },
  ];
}

function hasProvider({ to, index }: LintWorld, { ruleSet, providers }: LintedRule): boolean {
  const { terms } = providers;
  if (terms === undefined) return false;
  const workloads = select(index.workloadLabels, terms, "narrow");
  const services = select(index.virtualServiceLabels, terms, "narrow");
  return scopesOf(index, ruleSet).some(
    (scope) =>
      meet(workloads, to.lookups.inScope(scope, "narrow")) ||
      meet(services, select(index.virtualServiceLabels, scope, "narrow")),
  );
}

function meet(a: BitSet, b: BitSet): boolean {
  const both = a.slice();
  keepAll(both, b);
  return membersOf(both).length > 0;
}
