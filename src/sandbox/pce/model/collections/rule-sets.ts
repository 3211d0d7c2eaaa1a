import { hrefOf, type JsonObject, objectsOf } from "../json.ts";
import { done, type Outcome, refuse } from "../outcome.ts";
import { mergeRules, newRule } from "../rules.ts";
import { ruleSetCreate, ruleSetUpdate } from "../schema/rules.ts";
import { type PceState, tableOf } from "../state.ts";
import { type CollectionSpec, EXTERNAL, type PrepareInput } from "./spec.ts";

/** Rule sets: scopes with the rules that hold in them. */
export const ruleSets: CollectionSpec = {
  name: "rule_sets",
  singular: "rule_set",
  versioned: true,
  ids: "integer",
  create: ruleSetCreate,
  update: ruleSetUpdate,
  defaults: { enabled: true, description: null, rules: [], deny_rules: [], ip_tables_rules: [], ...EXTERNAL },
  unique: { fields: ["name"], token: "rule_set_name_in_use" },
  prepare: prepareRuleSet,
  deletion: "remove",
};

function prepareRuleSet(state: PceState, input: PrepareInput): Outcome<JsonObject> {
  const scoped = refuseRepeatedScopeKeys(state, input.body);
  if (!scoped.ok || input.body.rules === undefined) return scoped;
  const before = objectsOf(input.before?.rules);
  const rules: JsonObject[] = [];
  for (const body of objectsOf(input.body.rules)) {
    const known = before.find((rule) => rule.href === hrefOf(body));
    const rule = newRule(state, {
      ruleSetHref: input.href,
      kind: "sec_rules",
      body,
      before: known,
      userHref: input.userHref,
    });
    if (!rule.ok) return rule;
    rules.push(rule.value);
  }
  return done({ ...input.body, rules: mergeRules(before, rules) });
}

/** One entry a key in a scope, except that label groups may repeat a key. */
function refuseRepeatedScopeKeys(state: PceState, body: JsonObject): Outcome<JsonObject> {
  const scopes = Array.isArray(body.scopes) ? body.scopes : [];
  for (const scope of scopes) {
    const keys = objectsOf(scope)
      .flatMap((entry) => hrefOf(entry.label) ?? [])
      .map((href) => tableOf(state, "labels").get(href)?.key);
    if (new Set(keys).size < keys.length) {
      return refuse("input_validation_error", "A scope holds at most one label of each type");
    }
  }
  return done(body);
}
