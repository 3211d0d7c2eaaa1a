import type { DenyRule, RuleService } from "../../../core/policy/model.ts";
import { parseActors } from "./actor-list.ts";
import { defined } from "./defined.ts";
import { networkType } from "./inexpressible.ts";
import { descriptionOf, parseRuleServices, type RuleJson, readFlag, ruleHref } from "./rule-base.ts";
import { unreadable } from "./shape.ts";

/**
 * Reads one entry of a rule set's `deny_rules`. A field that cannot be read takes the value that denies more: enabled,
 * overriding, unscoped.
 */
export function parseDenyRule(rule: RuleJson, path: string): DenyRule {
  return {
    kind: "deny",
    href: ruleHref(rule, path),
    enabled: rule.enabled !== false,
    ...defined({ description: descriptionOf(rule) }),
    override: readFlag(rule, "override", false) !== false,
    providers: parseActors(rule, "providers", path),
    consumers: parseActors(rule, "consumers", path),
    services: denyServices(rule, path),
    unscopedConsumers: readFlag(rule, "unscoped_consumers", false) !== false,
    networkType: networkType(rule),
    inexpressible: [],
  };
}

/** Something in the list of deny rules that is no rule: it may deny anything. */
export function unreadableDenyRule(json: unknown, path: string): DenyRule {
  const part = unreadable(path, json, "a deny rule is an object", "correct the rule set in the PCE");
  return {
    kind: "deny",
    href: path,
    enabled: true,
    override: true,
    providers: [{ ...part, side: "label" }],
    consumers: [{ ...part, side: "label" }],
    services: [part],
    unscopedConsumers: true,
    networkType: "all",
    inexpressible: [],
  };
}

function denyServices(rule: RuleJson, path: string): readonly RuleService[] {
  const services = parseRuleServices(rule, path);
  if (services.length > 0) return services;
  const fix = "name the services that the rule denies";
  return [unreadable(`${path}.ingress_services`, rule.ingress_services, "a deny rule needs services", fix)];
}
