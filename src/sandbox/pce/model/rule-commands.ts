import { fieldChanges, recordEvent } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";
import { objectsOf } from "./json.ts";
import { done, notFound, type Outcome } from "./outcome.ts";
import { resolveReferences } from "./references.ts";
import { newRule, type RuleKind, ruleField, ruleIndex } from "./rules.ts";
import { denyRuleCreate, denyRuleUpdate, secRuleCreate, secRuleUpdate } from "./schema/rules.ts";
import { validateObject } from "./schema/validate.ts";
import { type Actor, type PceState, tableOf } from "./state.ts";
import { changeMarks } from "./update-object.ts";

const SCHEMAS = {
  sec_rules: { create: secRuleCreate, update: secRuleUpdate, singular: "sec_rule" },
  deny_rules: { create: denyRuleCreate, update: denyRuleUpdate, singular: "deny_rule" },
} as const;

/** Adds a rule to a draft rule set; it is provisioned with the rule set. */
export function createRule(
  state: PceState,
  actor: Actor,
  kind: RuleKind,
  ruleSetHref: string,
  body: Json,
): Outcome<JsonObject> {
  const ruleSet = tableOf(state, "rule_sets").get(ruleSetHref);
  if (ruleSet === undefined) return notFound(ruleSetHref);
  const checked = checkedRule(state, kind, "create", body);
  if (!checked.ok) return checked;
  const rule = newRule(state, {
    ruleSetHref,
    kind,
    body: checked.value,
    before: undefined,
    userHref: actor.userHref,
  });
  if (!rule.ok) return rule;
  storeRules(state, actor, ruleSet, kind, [...objectsOf(ruleSet[ruleField(kind)]), rule.value]);
  tell(state, actor, kind, "create", rule.value, {});
  return rule;
}

/** Changes a rule in the draft. */
export function updateRule(
  state: PceState,
  actor: Actor,
  kind: RuleKind,
  href: string,
  body: Json,
): Outcome<JsonObject> {
  const found = findRule(state, kind, href);
  if (!found.ok) return found;
  const { ruleSet, before, at } = found.value;
  const checked = checkedRule(state, kind, "update", body);
  if (!checked.ok) return checked;
  const ruleSetHref = String(ruleSet.href);
  const after = newRule(state, { ruleSetHref, kind, body: checked.value, before, userHref: actor.userHref });
  if (!after.ok) return after;
  storeRules(state, actor, ruleSet, kind, objectsOf(ruleSet[ruleField(kind)]).with(at, after.value));
  tell(state, actor, kind, "update", after.value, fieldChanges(before, after.value));
  return after;
}

/** Deletes a rule from the draft; a provisioned one stays marked until the rule set is provisioned. */
export function deleteRule(state: PceState, actor: Actor, kind: RuleKind, href: string): Outcome<undefined> {
  const found = findRule(state, kind, href);
  if (!found.ok) return found;
  const { ruleSet, before, at } = found.value;
  const rules = objectsOf(ruleSet[ruleField(kind)]);
  const left =
    before.update_type === "create"
      ? rules.toSpliced(at, 1)
      : rules.with(at, { ...before, update_type: "delete" });
  storeRules(state, actor, ruleSet, kind, left);
  tell(state, actor, kind, "delete", before, {});
  return done(undefined);
}

function checkedRule(
  state: PceState,
  kind: RuleKind,
  verb: "create" | "update",
  body: Json,
): Outcome<JsonObject> {
  const valid = validateObject(SCHEMAS[kind][verb], body);
  return valid.ok ? resolveReferences(state, valid.value) : valid;
}

interface FoundRule {
  readonly ruleSet: JsonObject;
  readonly before: JsonObject;
  readonly at: number;
}

function findRule(state: PceState, kind: RuleKind, href: string): Outcome<FoundRule> {
  const ruleSet = tableOf(state, "rule_sets").get(href.split(`/${kind}/`)[0] ?? "");
  const at = ruleSet === undefined ? -1 : ruleIndex(ruleSet, kind, href);
  const before = ruleSet === undefined ? undefined : objectsOf(ruleSet[ruleField(kind)])[at];
  return ruleSet === undefined || before === undefined ? notFound(href) : done({ ruleSet, before, at });
}

function storeRules(
  state: PceState,
  actor: Actor,
  ruleSet: JsonObject,
  kind: RuleKind,
  rules: readonly JsonObject[],
): void {
  tableOf(state, "rule_sets").set(String(ruleSet.href), {
    ...ruleSet,
    [ruleField(kind)]: rules,
    ...changeMarks(state, actor, ruleSet),
  });
}

function tell(
  state: PceState,
  actor: Actor,
  kind: RuleKind,
  changeType: "create" | "update" | "delete",
  resource: JsonObject,
  changes: JsonObject,
): void {
  const { singular } = SCHEMAS[kind];
  const status = changeType === "create" ? 201 : 204;
  recordEvent(state, actor, `${singular}.${changeType}`, status, [
    { changeType, kind: singular, resource, changes },
  ]);
}
