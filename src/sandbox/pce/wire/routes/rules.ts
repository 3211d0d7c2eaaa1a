import { canonicalHref, rewriteHrefs } from "../../model/hrefs.ts";
import { type JsonObject, objectsOf, without } from "../../model/json.ts";
import { notFound } from "../../model/outcome.ts";
import { createRule, deleteRule, updateRule } from "../../model/rule-commands.ts";
import { type RuleKind, ruleField } from "../../model/rules.ts";
import { tableAt } from "../../model/state.ts";
import { collectionAnswer } from "../collection-answer.ts";
import { answer, type Call, empty, json, type PceResponse, refused, withBody } from "../exchange.ts";
import { type Route, route } from "../router.ts";

/** The rules of a rule set, allow and deny, each as a sub-collection. */
export const ruleRoutes: readonly Route[] = [...subCollection("sec_rules"), ...subCollection("deny_rules")];

function subCollection(kind: RuleKind): readonly Route[] {
  const draft = `/orgs/:org/sec_policy/draft/rule_sets/:id/${kind}`;
  const any = `/orgs/:org/sec_policy/:pversion/rule_sets/:id/${kind}`;
  return [
    route("POST", draft, (call) => create(call, kind)),
    route("PUT", `${draft}/:rule`, (call) =>
      withBody(
        call,
        (body) => updateRule(call.sandbox.state, call.actor, kind, call.path, body),
        () => empty(204),
      ),
    ),
    route("DELETE", `${draft}/:rule`, (call) =>
      answer(deleteRule(call.sandbox.state, call.actor, kind, call.path), () => empty(204)),
    ),
    route("GET", any, (call) => list(call, kind)),
    route("GET", `${any}/:rule`, (call) => getOne(call, kind)),
  ];
}

function create(call: Call, kind: RuleKind): PceResponse {
  const ruleSetHref = call.path.slice(0, -`/${kind}`.length);
  return withBody(
    call,
    (body) => createRule(call.sandbox.state, call.actor, kind, ruleSetHref, body),
    (rule) => json(201, rule),
  );
}

function rulesOf(call: Call, kind: RuleKind): readonly JsonObject[] | undefined {
  const ruleSetHref = canonicalHref(call.path.split(`/${kind}`)[0] ?? "");
  const ruleSet = tableAt(call.sandbox.state, call.params.pversion ?? "draft", "rule_sets")?.get(ruleSetHref);
  return ruleSet === undefined ? undefined : objectsOf(ruleSet[ruleField(kind)]);
}

function shown(call: Call, rule: JsonObject): JsonObject {
  const version = call.params.pversion ?? "draft";
  const rewritten = rewriteHrefs(version, rule);
  return version === "draft" ? rewritten : without(rewritten, "update_type");
}

function list(call: Call, kind: RuleKind): PceResponse {
  const rules = rulesOf(call, kind);
  if (rules === undefined) return refused(notFound(call.path).refusal);
  return collectionAnswer(call, { rows: rules.map((rule) => shown(call, rule)), total: rules.length });
}

function getOne(call: Call, kind: RuleKind): PceResponse {
  const rule = rulesOf(call, kind)?.find((candidate) => candidate.href === canonicalHref(call.path));
  return rule === undefined ? refused(notFound(call.path).refusal) : json(200, shown(call, rule));
}
