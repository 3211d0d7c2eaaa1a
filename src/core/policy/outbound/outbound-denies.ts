import type { Diagnostic } from "../../diagnostic.ts";
import type { LabelTerms } from "../../label/label-terms.ts";
import type { Destination } from "../../net/destinations.ts";
import type { Consumers } from "../consumer-set.ts";
import type { RuleSet } from "../model.ts";
import {
  coveredDatabases,
  type DenyPlan,
  deniedPeers,
  denyPlan,
  inRule,
  serviceDoubts,
} from "../override-denies.ts";
import type { ProviderIndex } from "../provider-index.ts";
import { scopesOf } from "../scope.ts";
import { spansOfRange } from "./provider-destinations.ts";

/** What override denies keep a database from opening, and why that may be more than they say. */
export interface OutboundDenied {
  readonly denied: Destination[];
  readonly incomplete: Set<Diagnostic>;
}

interface Resolving {
  readonly lookups: Consumers;
  readonly providers: ProviderIndex;
  readonly drafts: readonly OutboundDenied[];
}

/** Adds what the override denies of an enabled rule set keep databases from, in the wide reading. */
export function resolveOutboundDenies(to: Resolving, ruleSet: RuleSet): void {
  const rules = ruleSet.denyRules.filter((rule) => rule.enabled && rule.override);
  if (rules.length === 0) return;
  const scopes = scopesOf(to.lookups.index, ruleSet);
  for (const rule of rules) {
    const plan = denyPlan(to, rule);
    for (const scope of scopes) denyIn(to, plan, scope);
  }
}

const EVERY_SPAN = { protocol: "-1", from: 0, to: 65_535 };

function denyIn(to: Resolving, plan: DenyPlan, scope: LabelTerms): void {
  const within = plan.rule.unscopedConsumers ? undefined : scope;
  const covered = coveredDatabases(to, plan, plan.consumers, within);
  if (covered.databases.size === 0) return;
  const services = serviceDoubts(plan);
  const unsure = services.length > 0 || plan.unreadable.length > 0;
  const spans = unsure ? [EVERY_SPAN] : plan.ports.ranges.flatMap(spansOfRange);
  const peers = deniedPeers(to, plan, plan.providers, scope);
  const shared = [...plan.unreadable, ...services, ...covered.doubts, ...peers.doubts];
  for (const at of covered.databases) {
    const draft = to.drafts[at];
    if (draft === undefined) continue;
    draft.denied.push(...spans.map((span) => ({ ...span, addresses: peers.addresses })));
    const doubts = inRule(plan.rule, [...shared, ...(covered.doubtsOf.get(at) ?? [])]);
    for (const doubt of doubts) draft.incomplete.add(doubt);
  }
}
