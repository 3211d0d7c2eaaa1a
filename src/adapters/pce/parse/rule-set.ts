import { z } from "zod";
import type { AllowRule, DenyRule, RuleSet, ScopeEntry } from "../../../core/policy/model.ts";
import { parseAllowRule } from "./allow-rule.ts";
import { parseDenyRule, unreadableDenyRule } from "./deny-rule.ts";
import { parseScopeEntry } from "./label-term.ts";
import { type RuleJson, readFlag, ruleHref } from "./rule-base.ts";
import { AnyObject, unreadable } from "./shape.ts";
import { isDraftDeletion } from "./update-type.ts";

const ScopeList = z.array(z.unknown());

/**
 * Reads one rule set with its rules and deny rules; one that the draft removes is `undefined`. A rule set is never
 * dropped because it cannot be read, for it may hold an override deny.
 *
 * Custom iptables rules are no part of it: they act on the hosts that have them, and a database has no host.
 */
export function parseRuleSet(json: unknown, path: string): RuleSet | undefined {
  const object = AnyObject.safeParse(json);
  if (!object.success) return unreadableRuleSet(json, path);
  const ruleSet = object.data;
  if (isDraftDeletion(ruleSet)) return undefined;
  const href = ruleHref(ruleSet, path);
  return {
    href,
    name: typeof ruleSet.name === "string" && ruleSet.name !== "" ? ruleSet.name : href,
    enabled: ruleSet.enabled !== false,
    scopes: parseScopes(ruleSet.scopes, `${path}.scopes`),
    rules: parseRules(ruleSet, path),
    denyRules: parseDenyRules(ruleSet.deny_rules, `${path}.deny_rules`),
  };
}

/** No scopes, and one empty scope, both mean everything; scopes that are missing match nothing. */
function parseScopes(json: unknown, path: string): RuleSet["scopes"] {
  const scopes = ScopeList.safeParse(json);
  if (!scopes.success)
    return [[unreadable(path, json, "scopes are a list of lists", "correct the rule set")]];
  if (scopes.data.length === 0) return [[]];
  return scopes.data.map((scope, index) => parseScope(scope, `${path}[${index}]`));
}

function parseScope(json: unknown, path: string): readonly ScopeEntry[] {
  const entries = ScopeList.safeParse(json);
  if (!entries.success)
    return [unreadable(path, json, "a scope is a list of labels", "correct the rule set")];
  return entries.data.map((entry, index) => parseScopeEntry(entry, `${path}[${index}]`));
}

function parseRules(ruleSet: RuleJson, path: string): readonly AllowRule[] {
  const list = ScopeList.nullish().safeParse(ruleSet.rules);
  // What is no list of rules, and what in it is no rule, is read as a rule without a single field: it grants nothing
  // and says so.
  const rules = list.success ? (list.data ?? []) : [ruleSet.rules];
  return rules.flatMap((json, index) => {
    const at = `${path}.rules[${index}]`;
    const rule = AnyObject.safeParse(json);
    if (rule.success && isDraftDeletion(rule.data)) return [];
    return [inRuleSet(ruleSet, path, parseAllowRule(rule.data ?? {}, at))];
  });
}

/** A rule set whose `enabled` cannot be read may be off: its allows grant nothing, its denies hold. */
function inRuleSet(ruleSet: RuleJson, path: string, rule: AllowRule): AllowRule {
  if (readFlag(ruleSet, "enabled", true) !== "unreadable") return rule;
  const { problem } = unreadable(
    `${path}.enabled`,
    ruleSet.enabled,
    "it is true or false",
    "correct the rule set",
  );
  return { ...rule, inexpressible: [...rule.inexpressible, { kind: "unreadable", problem }] };
}

function parseDenyRules(json: unknown, path: string): readonly DenyRule[] {
  const list = ScopeList.nullish().safeParse(json);
  if (!list.success) return [unreadableDenyRule(json, path)];
  return (list.data ?? []).flatMap((entry, index) => {
    const at = `${path}[${index}]`;
    const rule = AnyObject.safeParse(entry);
    if (!rule.success) return [unreadableDenyRule(entry, at)];
    return isDraftDeletion(rule.data) ? [] : [parseDenyRule(rule.data, at)];
  });
}

function unreadableRuleSet(json: unknown, path: string): RuleSet {
  return {
    href: path,
    name: path,
    enabled: true,
    scopes: [[]],
    rules: [],
    denyRules: [unreadableDenyRule(json, path)],
  };
}
