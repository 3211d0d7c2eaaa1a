import { needsProvisioning } from "../core/policy/explain/change.ts";
import type { AddressExplanation, DenialReason } from "../core/policy/explain/explain-address.ts";
import type { NearRule } from "../core/policy/explain/near-rules.ts";
import type { RulePath } from "../core/policy/explain/rule-paths.ts";
import type { Party } from "../core/policy/explain/way.ts";
import { weight } from "../core/policy/explain/way.ts";
import { scopeWords } from "../core/policy/explain/words.ts";
import { labelsOf } from "../core/policy/label-values.ts";
import type { Href } from "../core/policy/model.ts";
import type { PolicyIndex } from "../core/policy/policy-index.ts";
import type { ExplainedParty, NearestRule, Reason, RuleReason } from "./access-explanation.ts";

/** The reasons of a verdict as plain data. */
export function reasonsOf(index: PolicyIndex, explanation: AddressExplanation): readonly Reason[] {
  return explanation.verdict === "allowed"
    ? explanation.by.map((path) => ruleReason(index, path))
    : denialReasons(explanation.reason);
}

function ruleReason(index: PolicyIndex, { rule, ruleSet, scope, consumer, provider }: RulePath): RuleReason {
  const { party } = consumer;
  const href = party.href === undefined || party.kind === "nobody" ? {} : { [party.kind]: party.href };
  return {
    kind: "rule",
    rule: rule.href,
    ...described(rule),
    ruleSet: ruleSet.href,
    ruleSetName: ruleSet.name,
    scope: scopeWords(index, scope),
    extraScope: rule.unscopedConsumers,
    consumer: partyOf(index, party),
    provider: partyOf(index, provider.party),
    ...href,
    what: `${ruleWords(rule)} lets ${party.name} in`,
  };
}

function denialReasons(reason: DenialReason): readonly Reason[] {
  switch (reason.kind) {
    case "overrideDenied":
      return reason.denies.map(({ rule, ruleSet, consumers, doubtful }) => ({
        kind: "overrideDeny",
        rule: rule.href,
        ...described(rule),
        ruleSet: ruleSet.href,
        ruleSetName: ruleSet.name,
        consumers,
        doubtful,
        what: `a rule allows, but the override deny ${ruleWords(rule)} of "${ruleSet.name}" is against it, for ${consumers}`,
      }));
    case "notAConsumer":
      return [{ kind: reason.kind, what: notAConsumer(reason.rulesThatOpen) }];
    case "noRuleForDatabase":
      return [{ kind: reason.kind, what: "no rule in force opens this database's listener to anybody" }];
    case "databaseUnknownToPolicy":
      return [
        {
          kind: reason.kind,
          what: "no workload of the policy stands for this database, so no rule is about it",
        },
      ];
    case "noListener":
      return [
        {
          kind: reason.kind,
          what: "the database has no listener port yet, and rules are granted on that port only",
        },
      ];
  }
}

const notAConsumer = (rules: number): string =>
  rules === 1
    ? "the one rule that opens this database has other consumers"
    : `none of the ${rules} rules that open this database has it among its consumers`;

/** A near rule as plain data. */
export function nearestRule(index: PolicyIndex, { path, gaps, tried }: NearRule): NearestRule {
  const { rule, ruleSet, scope, provider } = path;
  return {
    rule: rule.href,
    ...described(rule),
    ruleSet: ruleSet.href,
    ruleSetName: ruleSet.name,
    scope: scopeWords(index, scope),
    servesDatabase: provider.serves,
    changes: gaps.length,
    tried: tried && weight(gaps) === gaps.length,
    conditions: gaps.map(({ code, condition, fix, change }) => ({
      code,
      condition,
      fix: index.policy.source === "pce" && needsProvisioning(change) ? `${fix}, and provision it` : fix,
      change,
    })),
  };
}

function partyOf(index: PolicyIndex, { kind, href, name, by }: Party): ExplainedParty {
  const object = objectAt(index, kind, href);
  return {
    kind,
    ...(href === undefined ? {} : { href }),
    name,
    by,
    labels: object === undefined ? {} : labelsOf(index, [object]),
  };
}

function objectAt(index: PolicyIndex, kind: Party["kind"], href: Href | undefined) {
  if (href === undefined) return undefined;
  if (kind === "workload") return index.workloads[index.workloadAt.get(href) ?? -1];
  if (kind === "virtualService") return index.virtualServices[index.virtualServiceAt.get(href) ?? -1];
  return undefined;
}

interface Described {
  readonly href: Href;
  readonly description?: string;
  readonly line?: number;
}

function described({ description, line }: Described): { description?: string; line?: number } {
  return {
    ...(description === undefined || description === "" ? {} : { description }),
    ...(line === undefined ? {} : { line }),
  };
}

function ruleWords({ href, description }: Described): string {
  return description === undefined || description === "" ? href : `"${description}"`;
}
