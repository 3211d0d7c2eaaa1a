import { canonicalHref } from "./hrefs.ts";
import { hrefOf, type JsonObject, objectsOf, textsOf } from "./json.ts";
import { done, type Outcome, refuse } from "./outcome.ts";
import { type PceState, timestamp } from "./state.ts";

/** The two sub-collections of a rule set. */
export type RuleKind = "sec_rules" | "deny_rules";

/** Key under which a rule set holds the rules of one kind. */
export const ruleField = (kind: RuleKind): "rules" | "deny_rules" =>
  kind === "sec_rules" ? "rules" : "deny_rules";

const DEFAULTS: Readonly<Record<RuleKind, JsonObject>> = {
  sec_rules: {
    enabled: true,
    description: null,
    external_data_set: null,
    external_data_reference: null,
    egress_services: [],
    unscoped_consumers: false,
    sec_connect: false,
    stateless: false,
    machine_auth: false,
    consuming_security_principals: [],
    network_type: "brn",
    use_workload_subnets: [],
  },
  deny_rules: {
    enabled: true,
    override: false,
    description: null,
    egress_services: [],
    network_type: "brn",
    unscoped_consumers: false,
  },
};

/** A rule to be made or changed; `body` is checked and has canonical references. */
export interface RuleInput {
  readonly ruleSetHref: string;
  readonly kind: RuleKind;
  readonly body: JsonObject;
  readonly before: JsonObject | undefined;
  readonly userHref: string;
}

/** The rule document that a body makes, or why it cannot be. */
export function newRule(state: PceState, input: RuleInput): Outcome<JsonObject> {
  const { before, body, kind } = input;
  const href = hrefOf(before) ?? `${input.ruleSetHref}/${kind}/${state.ids.integer(kind)}`;
  const fields = { ...DEFAULTS[kind], ...before, ...body, href };
  const fault = kind === "sec_rules" ? secRuleFault(fields) : undefined;
  if (fault !== undefined) return refuse("input_validation_error", fault);
  const now = timestamp(state);
  const by = { href: input.userHref };
  const same = before !== undefined && sameContent(before, fields);
  return done({
    ...fields,
    created_at: before?.created_at ?? now,
    created_by: before?.created_by ?? by,
    updated_at: same ? (before.updated_at ?? now) : now,
    updated_by: same ? (before.updated_by ?? by) : by,
    update_type: updateType(before, same),
  });
}

function updateType(before: JsonObject | undefined, same: boolean): string | null {
  if (before === undefined) return "create";
  const current = typeof before.update_type === "string" ? before.update_type : null;
  return current ?? (same ? null : "update");
}

const sameContent = (before: JsonObject, after: JsonObject): boolean =>
  Object.entries(after).every(([key, value]) => JSON.stringify(before[key]) === JSON.stringify(value));

function secRuleFault(rule: JsonObject): string | undefined {
  const exclusive = ["sec_connect", "machine_auth", "stateless"].filter((flag) => rule[flag] === true);
  if (exclusive.length > 1) return `${exclusive.join(" and ")} exclude each other`;
  const services = objectsOf(rule.ingress_services).length;
  const onlyVirtual = providesVirtualServicesOnly(rule);
  if (onlyVirtual && services > 0)
    return "ingress_services must be empty when providers are virtual services only";
  return !onlyVirtual && services === 0 ? "ingress_services must not be empty" : undefined;
}

/** True when the provider side can only ever be virtual services, which bring their own ports. */
export function providesVirtualServicesOnly(rule: JsonObject): boolean {
  const resolveAs = rule.resolve_labels_as;
  const kinds =
    typeof resolveAs === "object" && resolveAs !== null && "providers" in resolveAs
      ? resolveAs.providers
      : [];
  const labelsAreVirtual = !textsOf(kinds).includes("workloads");
  return objectsOf(rule.providers).every(
    (actor) =>
      "virtual_service" in actor ||
      (labelsAreVirtual && ("label" in actor || "label_group" in actor || "actors" in actor)),
  );
}

/** The new list of rules: those that went are dropped, or marked when they had been provisioned. */
export function mergeRules(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
): readonly JsonObject[] {
  const gone = before.filter(
    (rule) => rule.update_type !== "create" && !after.some((kept) => kept.href === rule.href),
  );
  return [...after, ...gone.map((rule) => ({ ...rule, update_type: "delete" }))];
}

/** The position of a rule in a rule set, by href in any version. */
export function ruleIndex(ruleSet: JsonObject, kind: RuleKind, href: string): number {
  return objectsOf(ruleSet[ruleField(kind)]).findIndex((rule) => rule.href === canonicalHref(href));
}
