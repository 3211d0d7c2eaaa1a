import type { Diagnostic } from "../../diagnostic.ts";
import type { LabelTerms } from "../../label/label-terms.ts";
import { canonicalDestinations, without } from "../../net/destinations.ts";
import { actorOutsideScope, inexpressible, inSide, misplacedServices } from "../allow-plan.ts";
import { type Consumers, consumers } from "../consumer-set.ts";
import { type DatabaseMatch, matchDatabases } from "../database-match.ts";
import { nameOf, ruleName, sortedFindings } from "../findings.ts";
import type { AllowRule, RuleSet } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import { directProviders, labelledProviders, type ProviderIndex, providerIndex } from "../provider-index.ts";
import type { DatabaseIdentity } from "../resolution.ts";
import { type RuleSide, ruleSide } from "../rule-side.ts";
import { scopesOf } from "../scope.ts";
import { rulePorts } from "../service-ports.ts";
import { type OutboundDenied, resolveOutboundDenies } from "./outbound-denies.ts";
import type { OutboundPolicy } from "./outbound-policy.ts";
import { outboundReasons } from "./outbound-reasons.ts";
import { type OutboundGrant, providerDestinations } from "./provider-destinations.ts";

/** What the rules have said of one database as a consumer so far. */
interface OutboundDraft extends OutboundDenied {
  readonly match: DatabaseMatch;
  readonly grants: OutboundGrant[];
  readonly findings: Set<Diagnostic>;
}

interface Resolving {
  readonly lookups: Consumers;
  /** The objects that stand for databases, whichever side of a rule they are on. */
  readonly providers: ProviderIndex;
  readonly matches: readonly DatabaseMatch[];
  readonly drafts: readonly OutboundDraft[];
}

/**
 * Says for each database what policy lets it open: the same rules, scopes and objects as for those who open connections
 * to it, with the database on the other side. Allows are added up and override denies taken away. What cannot be read
 * opens nothing, and marks the database as incomplete, so that nothing is closed on the strength of it.
 */
export function resolveOutbound(
  index: PolicyIndex,
  databases: readonly DatabaseIdentity[],
): ReadonlyMap<string, OutboundPolicy> {
  const matches = matchDatabases(index, databases);
  const to: Resolving = {
    lookups: consumers(index),
    providers: providerIndex(index, matches),
    matches,
    drafts: matches.map((match) => ({
      match,
      grants: [],
      denied: [],
      incomplete: new Set(index.doubts),
      findings: new Set(match.findings),
    })),
  };
  for (const ruleSet of index.policy.ruleSets) {
    if (!ruleSet.enabled) continue;
    resolveAllows(to, ruleSet);
    resolveOutboundDenies(to, ruleSet);
  }
  return new Map(to.drafts.map((draft) => [draft.match.database.arn, finished(index, draft)]));
}

function finished(index: PolicyIndex, draft: OutboundDraft): OutboundPolicy {
  const { match, grants, denied } = draft;
  return {
    arn: match.database.arn,
    matched: match.matched,
    allowed: denied.length === 0 ? canonicalDestinations(grants) : without(grants, denied),
    reasonsFor: outboundReasons(index, grants),
    incomplete: sortedFindings(draft.incomplete),
    findings: sortedFindings(draft.findings),
  };
}

function resolveAllows(to: Resolving, ruleSet: RuleSet): void {
  const { index } = to.lookups;
  const rules = ruleSet.rules.filter((rule) => rule.enabled);
  if (rules.length === 0) return;
  const scopes = scopesOf(index, ruleSet);
  for (const rule of rules) {
    const side = ruleSide(index, rule.consumers);
    for (const scope of scopes) {
      const drafts = consuming(to, rule, side, rule.unscopedConsumers ? undefined : scope);
      if (drafts.length > 0) allowIn(to, rule, drafts, scope);
    }
  }
}

/** The databases that are among the consumers of a rule in a scope, in the narrow reading. */
function consuming(
  to: Resolving,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms | undefined,
): readonly OutboundDraft[] {
  const found = new Set([
    ...consumingAs(to, rule, "workloads", side, scope),
    ...consumingAs(to, rule, "virtualServices", side, scope),
  ]);
  noteUncertain(to, rule, side, scope, found);
  return [...found].flatMap((at) => to.drafts[at] ?? []);
}

function consumingAs(
  { lookups: { index }, providers, drafts }: Resolving,
  rule: AllowRule,
  as: "workloads" | "virtualServices",
  side: RuleSide,
  scope: LabelTerms | undefined,
): readonly number[] {
  const among = providers[as];
  const named = directProviders(among, side[as], scope, index.options.directActorsIgnoreScope === true);
  const isMeant = rule.resolveConsumersAs.includes(as);
  const labelled = isMeant ? labelledProviders(among, side, scope, "narrow") : [];
  for (const at of named.outside) {
    const finding = actorOutsideScope(rule, "consumers", index[as][among.objects[at] ?? -1]?.href ?? "");
    for (const database of among.databases[at] ?? []) drafts[database]?.findings.add(finding);
  }
  return [...named.inside, ...labelled].flatMap((at) => among.databases[at] ?? []);
}

/** Where consumers of a rule cannot be read in full, a database that may be among them may open what the rule says. */
function noteUncertain(
  { providers, drafts }: Resolving,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms | undefined,
  found: ReadonlySet<number>,
): void {
  const problems = [...(side.terms?.emptying ?? []), ...(side.terms?.dropped ?? []), ...side.dropped];
  if (problems.length === 0) return;
  const wide = side.anything
    ? providers.all
    : labelledProviders(providers.workloads, side, scope, "wide").flatMap(
        (at) => providers.workloads.databases[at] ?? [],
      );
  const doubts = inSide(rule, "consumers", problems, "the database may be among them");
  for (const at of wide.filter((each) => !found.has(each)))
    for (const doubt of doubts) drafts[at]?.incomplete.add(doubt);
}

function allowIn(to: Resolving, rule: AllowRule, drafts: readonly OutboundDraft[], scope: LabelTerms): void {
  const { index } = to.lookups;
  const side = ruleSide(index, rule.providers);
  const ports = rulePorts(index, rule.services);
  const stopping = [
    ...inexpressible(rule),
    ...misplacedServices(rule, side),
    ...inSide(
      rule,
      "providers",
      [...(side.terms?.emptying ?? []), ...scope.emptying],
      "the rule opens nothing",
    ),
  ];
  const doubts = [
    ...stopping,
    ...inSide(
      rule,
      "providers",
      [...side.dropped, ...(side.terms?.dropped ?? [])],
      "the other providers count",
    ),
    ...inSide(rule, "services", ports.problems, "the other services count"),
    ...side.ipLists.flatMap((href) => listDoubts(to.lookups, rule, href)),
  ];
  for (const draft of drafts) for (const doubt of doubts) draft.incomplete.add(doubt);
  if (stopping.length > 0) return;
  const { set, grants } = providerDestinations(to.lookups, to.matches, rule, side, ports, scope);
  for (const draft of drafts) {
    draft.grants.push(...grants);
    for (const href of set.outside) draft.findings.add(actorOutsideScope(rule, "providers", href));
  }
}

/** A host name opens the way out in policy, and no security group can say it. */
function listDoubts(lookups: Consumers, rule: AllowRule, href: string): readonly Diagnostic[] {
  const list = lookups.index.ipLists.get(href);
  if (list === undefined) return [];
  const problems = inSide(
    rule,
    "providers",
    lookups.ipList(href, "narrow").problems,
    "what it may name stays closed",
  );
  if (list.fqdns.length === 0) return problems;
  return [
    ...problems,
    {
      code: "OUTBOUND_FQDNS",
      what: `${ruleName(rule)} lets the database open connections to host names of the IP list ${nameOf(list)}`,
      why: "a security group knows addresses only, so what these names stand for would be closed",
      fix: "add the addresses to the IP list, or acknowledge that the names are not reached by the database",
    },
  ];
}
