import type { Href, RuleService, Unreadable } from "../../../core/policy/model.ts";
import { canonicalHref } from "./href.ts";
import { parseRuleService } from "./rule-service.ts";
import { unreadable } from "./shape.ts";

/** A rule's JSON: an object whose fields are looked at one by one, so that one bad field spoils as little as it can. */
export type RuleJson = Readonly<Record<string, unknown>>;

/** The href of a rule, or a name for it made from its place when it has none: a rule is never dropped for that. */
export function ruleHref(rule: RuleJson, path: string): Href {
  return typeof rule.href === "string" && rule.href !== "" ? canonicalHref(rule.href) : path;
}

/** The services of a rule. An allow without any is left to mean the ports of its virtual services. */
export function parseRuleServices(rule: RuleJson, path: string): readonly RuleService[] {
  const list = rule.ingress_services ?? [];
  const at = `${path}.ingress_services`;
  if (!Array.isArray(list)) return [notAList(list, at)];
  return list.flatMap((json: unknown, index) => parseRuleService(json, `${at}[${index}]`));
}

/** A flag of a rule: absent and null are the default, and anything but a boolean is unreadable. */
export function readFlag(rule: RuleJson, key: string, whenAbsent: boolean): boolean | "unreadable" {
  const value = rule[key] ?? whenAbsent;
  return typeof value === "boolean" ? value : "unreadable";
}

/** The description, when there is one. */
export function descriptionOf(rule: RuleJson): string | undefined {
  return typeof rule.description === "string" && rule.description !== "" ? rule.description : undefined;
}

function notAList(json: unknown, path: string): Unreadable {
  return unreadable(path, json, "services are a list", "name at least one service");
}
