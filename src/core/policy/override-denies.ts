import type { Diagnostic } from "../diagnostic.ts";
import { hasBit } from "../label/bit-set.ts";
import type { LabelTerms } from "../label/label-terms.ts";
import type { Resolving } from "./allow-rules.ts";
import type { DatabaseDraft } from "./database-draft.ts";
import { type DeniedConsumers, deniedConsumers, termDoubts } from "./denied-consumers.ts";
import { inPlace, nameOf, ruleName } from "./findings.ts";
import { EVERYTHING } from "./ip-list-addresses.ts";
import type { DenyRule, RuleSet, Workload } from "./model.ts";
import { labelledProviders } from "./provider-index.ts";
import { type RuleSide, ruleSide } from "./rule-side.ts";
import { scopesOf } from "./scope.ts";
import { coverListener, rulePorts } from "./service-ports.ts";

/** An override deny, looked up; whatever could not be read counts as the largest thing it might be. */
export interface DenyPlan {
  readonly rule: DenyRule;
  readonly providers: RuleSide;
  readonly consumers: RuleSide;
  readonly ports: ReturnType<typeof rulePorts>;
  /** The rule as a whole could not be read. */
  readonly unreadable: readonly Diagnostic[];
}

/** Databases that a deny might cover, and why some of them may not really be. */
export interface Covered {
  readonly databases: ReadonlySet<number>;
  /** For all of them. */
  readonly doubts: readonly Diagnostic[];
  /** For single ones. */
  readonly doubtsOf: ReadonlyMap<number, readonly Diagnostic[]>;
}

const NONE: ReadonlyMap<number, readonly Diagnostic[]> = new Map();

const EFFECT = "an override deny that is not fully known might cut off or let in the wrong clients";

/** Adds what the override denies of an enabled rule set take away. Ordinary denies never take anything away. */
export function resolveOverrideDenies(to: Resolving, ruleSet: RuleSet): void {
  const rules = ruleSet.denyRules.filter((rule) => rule.enabled && rule.override);
  if (rules.length === 0) return;
  const scopes = scopesOf(to.lookups.index, ruleSet);
  for (const rule of rules) {
    const plan = denyPlan(to, rule);
    for (const scope of scopes) resolveScope(to, plan, scope);
  }
}

/** Looks an override deny up. */
export function denyPlan(to: Pick<Resolving, "lookups">, rule: DenyRule): DenyPlan {
  const { index } = to.lookups;
  const unreadable = rule.inexpressible.flatMap(({ kind, problem }) =>
    kind === "unreadable" ? [problem] : [],
  );
  return {
    rule,
    providers: ruleSide(index, rule.providers),
    consumers: ruleSide(index, rule.consumers),
    ports: rulePorts(index, rule.services),
    unreadable,
  };
}

function resolveScope(to: Resolving, plan: DenyPlan, scope: LabelTerms): void {
  const covered = coveredDatabases(to, plan, plan.providers, scope);
  if (covered.databases.size === 0) return;
  const within = plan.rule.unscopedConsumers ? undefined : scope;
  const consumers = deniedPeers(to, plan, plan.consumers, within);
  const shared = inRule(plan.rule, [...plan.unreadable, ...covered.doubts, ...consumers.doubts]);
  for (const database of covered.databases) {
    const draft = to.drafts[database];
    const doubts = [...shared, ...inRule(plan.rule, covered.doubtsOf.get(database) ?? [])];
    if (draft !== undefined) deny(to, plan, draft, consumers, doubts);
  }
}

/** The addresses of the other side of a deny, whichever side the databases are on. */
export function deniedPeers(
  to: Pick<Resolving, "lookups">,
  plan: DenyPlan,
  peers: RuleSide,
  scope: LabelTerms | undefined,
): DeniedConsumers {
  if (plan.unreadable.length > 0) return { addresses: EVERYTHING, doubts: [] };
  return deniedConsumers(to.lookups, peers, scope);
}

function deny(
  to: Resolving,
  plan: DenyPlan,
  draft: DatabaseDraft,
  consumers: DeniedConsumers,
  doubts: readonly Diagnostic[],
): void {
  const services = serviceDoubts(plan);
  const covers = draft.port !== undefined && coverListener(plan.ports.ranges, draft.port);
  if (!covers && services.length === 0 && plan.unreadable.length === 0) return;
  draft.denied.add(consumers.addresses);
  for (const doubt of doubts) draft.incomplete.add(doubt);
  if (!covers) for (const doubt of inRule(plan.rule, services)) draft.incomplete.add(doubt);
  for (const doubt of to.lookups.index.doubts) draft.incomplete.add(doubt);
}

/** A service that cannot be read may be any; a deny without services is not valid, so its services got lost. */
export function serviceDoubts({ rule, ports }: DenyPlan): readonly Diagnostic[] {
  if (rule.services.length > 0) return ports.problems;
  return [
    {
      code: "DENY_WITHOUT_SERVICES",
      what: "it names no services",
      why: "a deny rule must name the services it denies",
      fix: "name the services in the rule",
    },
  ];
}

/** Problems as they stand in an override deny, with what they mean there. */
export function inRule(rule: DenyRule, problems: readonly Diagnostic[]): Diagnostic[] {
  return problems.map((problem) => inPlace(`override deny ${ruleName(rule)}`, problem, EFFECT));
}

/** The databases that a side of a deny may mean, in the wide reading. */
export function coveredDatabases(
  to: Pick<Resolving, "lookups" | "providers">,
  plan: DenyPlan,
  side: RuleSide,
  scope: LabelTerms | undefined,
): Covered {
  const { workloads, virtualServices, all } = to.providers;
  if (plan.unreadable.length > 0) return { databases: new Set(all), doubts: [], doubtsOf: NONE };
  if (side.anything) {
    const doubts = [...side.dropped, ...termDoubts(side, undefined)];
    return { databases: new Set(all), doubts, doubtsOf: NONE };
  }
  const labelled = labelledProviders(workloads, side, scope, "wide");
  const direct = side.workloads.flatMap((at) => workloads.positionOf.get(at) ?? []);
  const services = [
    ...labelledProviders(virtualServices, side, scope, "wide"),
    ...side.virtualServices.flatMap((at) => virtualServices.positionOf.get(at) ?? []),
  ];
  const databases = new Set([
    ...[...labelled, ...direct].flatMap((at) => workloads.databases[at] ?? []),
    ...services.flatMap((at) => virtualServices.databases[at] ?? []),
  ]);
  return { databases, doubts: termDoubts(side, scope), doubtsOf: unreadableProviders(to, labelled) };
}

/** Workloads of databases that may carry labels which we do not see, and are covered perhaps only for that. */
function unreadableProviders(
  to: Pick<Resolving, "lookups" | "providers">,
  labelled: readonly number[],
): Map<number, Diagnostic[]> {
  const { workloads } = to.providers;
  const doubtsOf = new Map<number, Diagnostic[]>();
  for (const at of labelled) {
    const workload = to.lookups.index.workloads[workloads.objects[at] ?? -1];
    if (workload === undefined || !hasBit(workloads.labels.uncertain, at)) continue;
    for (const database of workloads.databases[at] ?? []) {
      doubtsOf.set(database, [...(doubtsOf.get(database) ?? []), unreadableWorkload(workload)]);
    }
  }
  return doubtsOf;
}

function unreadableWorkload(workload: Workload): Diagnostic {
  return {
    code: "WORKLOAD_UNREADABLE",
    what: `workload ${nameOf(workload)} cannot be read in full`,
    why: "it may carry labels that we do not see",
    fix: "correct the labels of the workload",
  };
}
