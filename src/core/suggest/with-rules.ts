import type { AllowRule, Href, LabelTerm, Policy, RuleSet } from "../policy/model.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { byScope, type LabelRule, ruleSetName } from "./label-rule.ts";
import { type ProviderFacts, ruleForm } from "./rule-form.ts";

/**
 * A policy with rules in it that nobody has written yet, to see what it would do. The rules are those that would be
 * drafted in a PCE, in rule sets of their own; labels come from the policy.
 */
export function withRules(policy: Policy, rules: readonly LabelRule[], facts: ProviderFacts): Policy {
  const labels = new Map(policy.labels.map(({ key, value, href }) => [labelKey(key, value), href]));
  const ruleSets = byScope(rules).map((group, at): RuleSet => {
    const scope = group[0]?.scope ?? {};
    const href = `/suggested/rule_sets/${at}`;
    return {
      href,
      name: ruleSetName(scope),
      enabled: true,
      scopes: [terms(labels, scope)],
      rules: group.map((rule) => allowRule(labels, href, rule, facts)),
      denyRules: [],
    };
  });
  const added = rules.map(({ id }) => id).join(" ");
  return {
    ...policy,
    version: added === "" ? policy.version : `${policy.version} with ${added}`,
    ruleSets: [...policy.ruleSets, ...ruleSets],
  };
}

function allowRule(labels: Labels, ruleSet: Href, rule: LabelRule, facts: ProviderFacts): AllowRule {
  const { providersAs, ports } = ruleForm(rule, facts);
  return {
    kind: "allow",
    href: `${ruleSet}/sec_rules/${rule.id}`,
    enabled: true,
    description: rule.description,
    providers: terms(labels, rule.providers),
    consumers: terms(labels, rule.consumers),
    services: ports.map((port) => ({ kind: "port", protocol: 6, fromPort: port, toPort: port })),
    unscopedConsumers: rule.unscopedConsumers,
    networkType: "brn",
    inexpressible: [],
    resolveProvidersAs: [providersAs],
    resolveConsumersAs: ["workloads"],
    useWorkloadSubnets: [],
  };
}

type Labels = ReadonlyMap<string, Href>;

const labelKey = (key: string, value: string): string => JSON.stringify([key, value]);

/** @throws Error for a label that the policy does not have: suggestions are made of its own labels */
function terms(labels: Labels, query: LabelQuery): readonly LabelTerm[] {
  return Object.entries(query).flatMap(([key, values]) =>
    values.map((value): LabelTerm => {
      const href = labels.get(labelKey(key, value));
      if (href === undefined) throw new Error(`The policy has no label ${key}=${value}`);
      return { kind: "label", href, exclusion: false };
    }),
  );
}
