import type { Diagnostic } from "../diagnostic.ts";
import type { LabelTerms } from "../label/label-terms.ts";
import { type AllowPlan, actorOutsideScope, allowPlan, inSide, outsideScope } from "./allow-plan.ts";
import type { ConsumerSet, Consumers } from "./consumer-set.ts";
import { allow, type DatabaseDraft, note } from "./database-draft.ts";
import { inPlace, nameOf } from "./findings.ts";
import { listenerFindings } from "./listener-findings.ts";
import type { AllowRule, RuleSet } from "./model.ts";
import type { Bound } from "./policy-index.ts";
import { directProviders, labelledProviders, type ProviderIndex } from "./provider-index.ts";
import { type RuleSide, ruleSide } from "./rule-side.ts";
import { scopesOf } from "./scope.ts";
import { coverListener } from "./service-ports.ts";
import { boundPorts } from "./virtual-service-ports.ts";

/** What the rules are resolved against and where the outcome goes. */
export interface Resolving {
  readonly lookups: Consumers;
  readonly providers: ProviderIndex;
  /** One per database, by position. */
  readonly drafts: readonly DatabaseDraft[];
  readonly findings: Set<Diagnostic>;
}

/** A database that a rule serves in one scope: itself, or through a binding of a virtual service. */
interface Served {
  readonly database: number;
  readonly bound?: Bound;
}

interface RuleProviders {
  readonly side: RuleSide;
  /** Databases served in some scope. */
  readonly served: Set<number>;
  /** Databases whose objects are named directly but lie outside some scope, with the hrefs of those objects. */
  readonly outside: Map<number, Set<string>>;
}

/** Adds what the allow rules of an enabled rule set grant. */
export function resolveAllowRules(to: Resolving, ruleSet: RuleSet): void {
  const rules = ruleSet.rules.filter((rule) => rule.enabled);
  if (rules.length === 0) return;
  const scopes = scopesOf(to.lookups.index, ruleSet);
  for (const scope of scopes) noteScope(to, ruleSet, scope);
  const readable = scopes.filter((scope) => scope.emptying.length === 0);
  for (const rule of rules) resolveRule(to, rule, readable);
}

function noteScope(to: Resolving, ruleSet: RuleSet, scope: LabelTerms): void {
  const place = `rule set ${nameOf(ruleSet)}, scope`;
  for (const problem of scope.emptying)
    to.findings.add(inPlace(place, problem, "this scope matches nothing"));
  for (const problem of scope.dropped) {
    to.findings.add(inPlace(place, problem, "the other labels of the group count"));
  }
}

function resolveRule(to: Resolving, rule: AllowRule, scopes: readonly LabelTerms[]): void {
  const side = ruleSide(to.lookups.index, rule.providers);
  const emptying = side.terms?.emptying ?? [];
  for (const finding of providerFindings(rule, side)) to.findings.add(finding);
  if (emptying.length > 0) return;
  const providers: RuleProviders = { side, served: new Set(), outside: new Map() };
  let plan: AllowPlan | undefined;
  for (const scope of scopes) {
    const served = servedDatabases(to, rule, providers, scope);
    if (served.length === 0) continue;
    plan ??= allowPlan(to.lookups, rule, side);
    grant(to, plan, served, rule.unscopedConsumers ? undefined : scope);
  }
  noteOutside(to, rule, providers);
}

function providerFindings(rule: AllowRule, side: RuleSide): Diagnostic[] {
  return [
    ...inSide(rule, "providers", side.terms?.emptying ?? [], "the rule grants nothing"),
    ...inSide(rule, "providers", side.terms?.dropped ?? [], "the other labels of the group count"),
    ...inSide(rule, "providers", side.dropped, "the other providers count"),
  ];
}

function noteOutside(to: Resolving, rule: AllowRule, { outside, served }: RuleProviders): void {
  for (const [database, hrefs] of outside) {
    const draft = served.has(database) ? undefined : to.drafts[database];
    for (const href of hrefs) draft?.findings.add(actorOutsideScope(rule, "providers", href));
  }
}

function addOutside(outside: Map<number, Set<string>>, databases: readonly number[], href: string): void {
  for (const database of databases) {
    const hrefs = outside.get(database);
    if (hrefs === undefined) outside.set(database, new Set([href]));
    else hrefs.add(href);
  }
}

function servedDatabases(
  to: Resolving,
  rule: AllowRule,
  providers: RuleProviders,
  scope: LabelTerms,
): readonly Served[] {
  const served = [
    ...servedWorkloads(to, rule, providers, scope),
    ...servedServices(to, rule, providers, scope),
  ];
  for (const { database } of served) providers.served.add(database);
  return served;
}

function servedWorkloads(
  to: Resolving,
  rule: AllowRule,
  { side, outside }: RuleProviders,
  scope: LabelTerms,
): Served[] {
  const { workloads } = to.providers;
  const { index } = to.lookups;
  const ignoreScope = index.options.directActorsIgnoreScope === true;
  const direct = directProviders(workloads, side.workloads, scope, ignoreScope);
  const asWorkloads = rule.resolveProvidersAs.includes("workloads");
  const labelled = asWorkloads ? labelledProviders(workloads, side, scope, "narrow") : [];
  for (const at of direct.outside) {
    const href = index.workloads[workloads.objects[at] ?? -1]?.href ?? "";
    addOutside(outside, workloads.databases[at] ?? [], href);
  }
  const databases = new Set([...labelled, ...direct.inside].flatMap((at) => workloads.databases[at] ?? []));
  return [...databases].map((database) => ({ database }));
}

function servedServices(
  to: Resolving,
  rule: AllowRule,
  { side, outside }: RuleProviders,
  scope: LabelTerms,
): Served[] {
  const { virtualServices, served } = to.providers;
  const { index } = to.lookups;
  const ignoreScope = index.options.directActorsIgnoreScope === true;
  const direct = directProviders(virtualServices, side.virtualServices, scope, ignoreScope);
  const asServices = rule.resolveProvidersAs.includes("virtualServices");
  const labelled = asServices ? labelledProviders(virtualServices, side, scope, "narrow") : [];
  for (const at of direct.outside) {
    const href = index.virtualServices[virtualServices.objects[at] ?? -1]?.href ?? "";
    addOutside(outside, virtualServices.databases[at] ?? [], href);
  }
  const found = new Set([...labelled, ...direct.inside].map((at) => virtualServices.objects[at] ?? -1));
  return [...found].flatMap((at) => served.get(at) ?? []);
}

function grant(
  to: Resolving,
  plan: AllowPlan,
  served: readonly Served[],
  scope: LabelTerms | undefined,
): void {
  const open = served.flatMap((each) => {
    const draft = to.drafts[each.database];
    if (draft === undefined) return [];
    note(draft, plan.findings);
    return !plan.void && opensListener(to, plan, draft, each.bound) ? [draft] : [];
  });
  if (open.length === 0) return;
  const consumers = consumersIn(to, plan, scope);
  const outside = outsideScope(plan, consumers);
  for (const draft of open) {
    note(draft, outside);
    allow(draft, consumers, plan.rule.href);
  }
}

function consumersIn(
  to: Resolving,
  { rule, consumers }: AllowPlan,
  scope: LabelTerms | undefined,
): ConsumerSet {
  const query = {
    side: consumers,
    resolveAs: rule.resolveConsumersAs,
    form: rule.useWorkloadSubnets.includes("consumers") ? "subnets" : "hosts",
  } as const;
  return to.lookups.find(scope === undefined ? query : { ...query, scope });
}

/** Whether the rule opens the database's listener; notes what else it would open. */
function opensListener(
  to: Resolving,
  plan: AllowPlan,
  draft: DatabaseDraft,
  bound: Bound | undefined,
): boolean {
  const { port } = draft;
  if (port === undefined) return false;
  if (bound !== undefined) {
    const ports = boundPorts(to.lookups.index, bound);
    note(draft, listenerFindings(to.lookups.index, plan, ports, port, bound));
    return coverListener(ports.ranges, port);
  }
  const known = plan.listenerFindings.get(port);
  const findings = known ?? listenerFindings(to.lookups.index, plan, plan.ports, port, undefined);
  plan.listenerFindings.set(port, findings);
  note(draft, findings);
  return coverListener(plan.ports.ranges, port);
}
