import { createBindings, deleteBinding } from "./bindings.ts";
import { COLLECTIONS } from "./collections/all.ts";
import { completeInterface } from "./collections/workloads.ts";
import { createObject } from "./create-object.ts";
import { deleteObject } from "./delete-object.ts";
import { canonicalHref, collectionOf } from "./hrefs.ts";
import { hrefOf, type Json, type JsonObject } from "./json.ts";
import { notFound, type Outcome } from "./outcome.ts";
import { pairWorkload, reportWorkload, unpairWorkload } from "./pair-workload.ts";
import { provision } from "./provisioning.ts";
import { revertAll } from "./revert.ts";
import { createRule, deleteRule, updateRule } from "./rule-commands.ts";
import type { RuleKind } from "./rules.ts";
import {
  type ActorText,
  interfacesJson,
  parseActor,
  rangeJson,
  serviceJson,
  subsetOf,
} from "./seed-notation.ts";
import { type Actor, type PceState, tableOf } from "./state.ts";
import { updateObject } from "./update-object.ts";

/** Labels by key, e.g. `{ role: "web", app: "orders" }`; made when they do not exist. */
export type LabelTexts = Readonly<Record<string, string>>;

/** A workload to be made. */
export interface SeedWorkload {
  readonly name: string;
  readonly hostname?: string;
  readonly labels?: LabelTexts;
  /** IPv4 or IPv6, each with an optional prefix length of its subnet: `10.0.1.10/24`. */
  readonly addresses?: readonly string[];
  /** True: paired with a VEN. Default false. */
  readonly managed?: boolean;
  /** More fields of the API, e.g. `external_data_set`; for a managed one also what only a VEN reports. */
  readonly fields?: JsonObject;
}

/** A rule or deny rule to be made. */
export interface SeedRule {
  readonly providers: readonly ActorText[];
  readonly consumers: readonly ActorText[];
  /** Hrefs of services, `"tcp/3306"`, `"udp/53"`, `"tcp/8000-8010"`, or the JSON of the API. */
  readonly services?: readonly (string | JsonObject)[];
  /** More fields of the API, e.g. `unscoped_consumers`. */
  readonly fields?: JsonObject;
}

/** Makes objects for scenarios; every function returns the (draft) href and throws when the PCE would refuse. */
export interface PceSeed {
  labelDimension(key: string): string;
  label(key: string, value: string): string;
  labelGroup(name: string, key: string, values: readonly string[], subGroups?: readonly string[]): string;
  ipList(name: string, ranges: readonly (string | JsonObject)[], fqdns?: readonly string[]): string;
  service(name: string, ports: readonly (string | JsonObject)[]): string;
  workload(workload: SeedWorkload): string;
  virtualService(
    name: string,
    options: { labels?: LabelTexts; ports?: readonly string[]; fields?: JsonObject },
  ): string;
  /** The virtual service must be provisioned. */
  bind(virtualService: string, workload: string, portOverrides?: readonly JsonObject[]): string;
  /** Each scope lists `"app=orders"`, `"!env=dev"` or hrefs of label groups; no scope at all means everything. */
  ruleSet(name: string, scopes?: readonly (readonly ActorText[])[], fields?: JsonObject): string;
  rule(ruleSet: string, rule: SeedRule): string;
  denyRule(ruleSet: string, rule: SeedRule): string;
  enforcementBoundary(name: string, rule: SeedRule): string;
  /** Gives a workload other labels, all at once. */
  relabel(workload: string, labels: LabelTexts): void;
  /** Gives a workload other addresses; for a managed one as its VEN reports them. */
  readdress(workload: string, addresses: readonly string[]): void;
  /** PUT on any object: the fields named change. */
  update(href: string, fields: JsonObject): void;
  /** DELETE on any object; a managed workload is unpaired. */
  remove(href: string): void;
  /** Provisions the named drafts, or everything that is pending; returns the version. */
  provision(hrefs?: readonly string[], description?: string): number;
  /** Throws all pending work away. */
  revert(): void;
}

/** The seeding API of one state, acting as one user. */
export function createSeed(state: PceState, actor: Actor): PceSeed {
  const create = (collection: string, body: Json): string => {
    const spec = COLLECTIONS.get(collection);
    if (spec === undefined) throw new Error(`No collection "${collection}"`);
    return String(must(createObject(state, actor, spec, body)).href);
  };
  const label = (key: string, value: string): string => {
    const found = [...tableOf(state, "labels").values()].find(
      (candidate) => candidate.key === key && candidate.value === value && candidate.deleted !== true,
    );
    if (found !== undefined) return String(found.href);
    const known = [...tableOf(state, "label_dimensions").values()].some((dimension) => dimension.key === key);
    if (!known) create("label_dimensions", { key, display_name: key });
    return create("labels", { key, value });
  };
  const labels = (texts: LabelTexts = {}): readonly JsonObject[] =>
    Object.entries(texts).map(([key, value]) => ({ href: label(key, value) }));
  const actorJson = (entry: ActorText): JsonObject =>
    typeof entry === "string" ? parseActor(entry, label) : entry;
  const ruleBody = ({ providers, consumers, services = [], fields }: SeedRule): JsonObject => ({
    enabled: true,
    providers: providers.map(actorJson),
    consumers: consumers.map(actorJson),
    ingress_services: services.map(serviceJson),
    ...fields,
  });
  const rule = (kind: RuleKind, ruleSet: string, body: JsonObject): string =>
    String(must(createRule(state, actor, kind, ruleSet, body)).href);

  return {
    label,
    labelDimension: (key) => create("label_dimensions", { key, display_name: key }),
    labelGroup: (name, key, values, subGroups = []) =>
      create("label_groups", {
        name,
        key,
        labels: values.map((value) => ({ href: label(key, value) })),
        sub_groups: subGroups.map((href) => ({ href })),
      }),
    ipList: (name, ranges, fqdns = []) =>
      create("ip_lists", { name, ip_ranges: ranges.map(rangeJson), fqdns: fqdns.map((fqdn) => ({ fqdn })) }),
    service: (name, ports) => create("services", { name, service_ports: ports.map(serviceJson) }),
    workload: (workload) => makeWorkload(state, actor, workload, labels(workload.labels)),
    virtualService: (name, options) =>
      create("virtual_services", {
        name,
        labels: labels(options.labels),
        ...(options.ports === undefined ? {} : { service_ports: options.ports.map(serviceJson) }),
        ...options.fields,
      }),
    bind: (virtualService, workload, portOverrides = []) => {
      const body = { virtual_service: { href: virtualService }, workload: { href: workload } };
      const [created] = must(createBindings(state, actor, [{ ...body, port_overrides: portOverrides }]));
      return hrefOf(created) ?? "";
    },
    ruleSet: (name, scopes = [[]], fields = {}) =>
      create("rule_sets", { name, scopes: scopes.map((scope) => scope.map(actorJson)), ...fields }),
    rule: (ruleSet, body) =>
      rule("sec_rules", ruleSet, {
        resolve_labels_as: { providers: ["workloads"], consumers: ["workloads"] },
        ...ruleBody(body),
      }),
    denyRule: (ruleSet, body) => rule("deny_rules", ruleSet, ruleBody(body)),
    enforcementBoundary: (name, body) => create("enforcement_boundaries", { name, ...ruleBody(body) }),
    relabel: (workload, texts) => {
      must(updateAny(state, actor, workload, { labels: labels(texts) }));
    },
    readdress: (workload, addresses) => {
      const interfaces = interfacesJson(addresses).map(completeInterface);
      must(reportWorkload(state, actor, workload, { interfaces }));
    },
    update: (href, fields) => {
      must(updateAny(state, actor, href, fields));
    },
    remove: (href) => {
      must(removeAny(state, actor, href));
    },
    provision: (hrefs, description = "Seeded") =>
      must(
        provision(state, actor, {
          update_description: description,
          ...(hrefs === undefined ? {} : { change_subset: subsetOf(hrefs) }),
        }),
      ).version,
    revert: () => {
      must(revertAll(state, actor));
    },
  };
}

function updateAny(state: PceState, actor: Actor, href: string, fields: JsonObject): Outcome<unknown> {
  const collection = collectionOf(href) ?? "";
  const kind = isRuleKind(collection) ? collection : undefined;
  if (kind !== undefined) return updateRule(state, actor, kind, canonicalHref(href), fields);
  const spec = COLLECTIONS.get(collection);
  return spec === undefined ? notFound(href) : updateObject(state, actor, spec, canonicalHref(href), fields);
}

function removeAny(state: PceState, actor: Actor, href: string): Outcome<undefined> {
  const collection = collectionOf(href) ?? "";
  if (isRuleKind(collection)) return deleteRule(state, actor, collection, canonicalHref(href));
  if (collection === "service_bindings") return deleteBinding(state, actor, href);
  if (tableOf(state, "workloads").get(href)?.managed === true) return unpairWorkload(state, actor, href);
  const spec = COLLECTIONS.get(collection);
  return spec === undefined ? notFound(href) : deleteObject(state, actor, spec, canonicalHref(href));
}

const isRuleKind = (collection: string): collection is RuleKind =>
  collection === "sec_rules" || collection === "deny_rules";

function must<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.refusal.errors.map((error) => `${error.token}: ${error.message}`).join("; "));
}

function makeWorkload(
  state: PceState,
  actor: Actor,
  workload: SeedWorkload,
  labels: readonly JsonObject[],
): string {
  const body = {
    name: workload.name,
    ...(workload.hostname === undefined ? {} : { hostname: workload.hostname }),
    labels,
    interfaces: interfacesJson(workload.addresses ?? []),
  };
  const spec = COLLECTIONS.get("workloads");
  if (spec === undefined) throw new Error("No workloads");
  const made =
    workload.managed === true
      ? pairWorkload(state, actor, body, { enforcement_mode: "full", ...workload.fields })
      : createObject(state, actor, spec, { ...body, ...workload.fields });
  return String(must(made).href);
}
