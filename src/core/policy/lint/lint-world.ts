import type { Diagnostic } from "../../diagnostic.ts";
import type { LabelTerms } from "../../label/label-terms.ts";
import { type AddressSet, EMPTY_SET, isEmpty, subtract, union } from "../../net/address-set.ts";
import { type Resolving, resolveAllowRules } from "../allow-rules.ts";
import { type ConsumerSet, consumers } from "../consumer-set.ts";
import { type DatabaseDraft, databaseDraft } from "../database-draft.ts";
import { matchDatabases } from "../database-match.ts";
import { ruleName } from "../findings.ts";
import { overlap } from "../merge-sorted.ts";
import type { AllowRule, Href, RuleSet } from "../model.ts";
import { resolveOverrideDenies } from "../override-denies.ts";
import type { PolicyIndex } from "../policy-index.ts";
import { directProviders, labelledProviders, providerIndex } from "../provider-index.ts";
import type { DatabaseIdentity } from "../resolution.ts";
import { type RuleSide, ruleSide } from "../rule-side.ts";
import { scopesOf } from "../scope.ts";

/** A database with the name that people know it by. */
export interface NamedDatabase extends DatabaseIdentity {
  readonly id: string;
}

/** A rule with what it does to databases; the numbers are positions in the list of databases. */
export interface LintedRule {
  readonly ruleSet: RuleSet;
  readonly rule: AllowRule;
  readonly providers: RuleSide;
  /** Rule set and rule are both enabled. */
  readonly enabled: boolean;
  /** Databases that are its providers, whatever else is true of the rule. */
  readonly names: ReadonlySet<number>;
  /** Databases whose listener it opens, with the consumers before override denies. Some may be empty. */
  readonly opens: ReadonlyMap<number, AddressSet>;
  /** What it really grants: after override denies, without the empty ones. */
  readonly grants: ReadonlyMap<number, AddressSet>;
}

/** A policy resolved once, with what each rule does by itself. */
export interface LintWorld {
  readonly to: Resolving;
  readonly index: PolicyIndex;
  readonly databases: readonly NamedDatabase[];
  readonly rules: readonly LintedRule[];
}

/** Resolves the policy for the databases, rule by rule. */
export function lintWorld(index: PolicyIndex, databases: readonly NamedDatabase[]): LintWorld {
  const matches = matchDatabases(index, databases);
  const to: Resolving = {
    lookups: consumers(index),
    providers: providerIndex(index, matches),
    drafts: matches.map(databaseDraft),
    findings: new Set<Diagnostic>(),
  };
  for (const ruleSet of index.policy.ruleSets) {
    if (!ruleSet.enabled) continue;
    resolveAllowRules(to, ruleSet);
    resolveOverrideDenies(to, ruleSet);
  }
  const opened = openedByRule(to.drafts);
  const denied = deniedSets(to.drafts);
  const left = subtraction();
  const rules = index.policy.ruleSets.flatMap((ruleSet) =>
    ruleSet.rules.map((rule) =>
      lintedRule(to, ruleSet, rule, grantsOf(opened.get(rule.href) ?? new Map(), denied, left)),
    ),
  );
  return { to, index, databases, rules };
}

/** What a rule opens, and what of it is left after override denies. */
type RuleGrants = Pick<LintedRule, "opens" | "grants">;

function lintedRule(to: Resolving, ruleSet: RuleSet, rule: AllowRule, does: RuleGrants): LintedRule {
  const providers = ruleSide(to.lookups.index, rule.providers);
  return {
    ruleSet,
    rule,
    providers,
    enabled: ruleSet.enabled && rule.enabled,
    names: namedDatabases(to, ruleSet, rule, providers),
    ...does,
  };
}

function grantsOf(
  sets: ReadonlyMap<number, readonly ConsumerSet[]>,
  denied: readonly AddressSet[],
  left: Subtraction,
): RuleGrants {
  const opens = new Map([...sets].map(([at, of]) => [at, union(...of.map((set) => set.addresses))]));
  const granted = [...opens].map(([at, set]) => [at, left(set, denied[at] ?? EMPTY_SET)] as const);
  return { opens, grants: new Map(granted.filter(([, set]) => !isEmpty(set))) };
}

/** What override denies take away from each database; databases under the same ones share the set. */
function deniedSets(drafts: readonly DatabaseDraft[]): readonly AddressSet[] {
  const ids = new Map<AddressSet, number>();
  const unions = new Map<string, AddressSet>();
  return drafts.map(({ denied }) => {
    for (const set of denied) ids.set(set, ids.get(set) ?? ids.size);
    const key = [...denied]
      .map((set) => ids.get(set) ?? 0)
      .sort((a, b) => a - b)
      .join();
    const known = unions.get(key) ?? union(...denied);
    unions.set(key, known);
    return known;
  });
}

type Subtraction = (set: AddressSet, denied: AddressSet) => AddressSet;

/** Takes sets away from sets. The same pair gives the same object, so that equal grants are told by identity. */
function subtraction(): Subtraction {
  const known = new Map<AddressSet, Map<AddressSet, AddressSet>>();
  return (set, denied) => {
    if (!overlap(set.v4, denied.v4) && !overlap(set.v6, denied.v6)) return set;
    const of = known.get(set) ?? new Map<AddressSet, AddressSet>();
    known.set(set, of);
    const rest = of.get(denied) ?? subtract(set, denied);
    of.set(denied, rest);
    return rest;
  };
}

function openedByRule(drafts: readonly DatabaseDraft[]): Map<Href, Map<number, ConsumerSet[]>> {
  const opened = new Map<Href, Map<number, ConsumerSet[]>>();
  for (const [at, draft] of drafts.entries()) {
    for (const [set, rules] of draft.allowed) {
      for (const rule of rules) {
        const ofRule = opened.get(rule) ?? new Map<number, ConsumerSet[]>();
        opened.set(rule, ofRule.set(at, [...(ofRule.get(at) ?? []), set]));
      }
    }
  }
  return opened;
}

function namedDatabases(
  to: Resolving,
  ruleSet: RuleSet,
  rule: AllowRule,
  side: RuleSide,
): ReadonlySet<number> {
  const named = new Set<number>();
  for (const scope of scopesOf(to.lookups.index, ruleSet)) {
    for (const database of namedIn(to, rule, side, scope)) named.add(database);
  }
  return named;
}

function namedIn(to: Resolving, rule: AllowRule, side: RuleSide, scope: LabelTerms): readonly number[] {
  const { workloads, virtualServices, served } = to.providers;
  const free = to.lookups.index.options.directActorsIgnoreScope === true;
  const asWorkloads = rule.resolveProvidersAs.includes("workloads");
  const asServices = rule.resolveProvidersAs.includes("virtualServices");
  const byWorkload = [
    ...(asWorkloads ? labelledProviders(workloads, side, scope, "narrow") : []),
    ...directProviders(workloads, side.workloads, scope, free).inside,
  ];
  const byService = [
    ...(asServices ? labelledProviders(virtualServices, side, scope, "narrow") : []),
    ...directProviders(virtualServices, side.virtualServices, scope, free).inside,
  ];
  return [
    ...byWorkload.flatMap((at) => workloads.databases[at] ?? []),
    ...byService
      .flatMap((at) => served.get(virtualServices.objects[at] ?? -1) ?? [])
      .map((each) => each.database),
  ];
}

/** How findings call a rule: its own name and that of its rule set. */
export function ruleWords({ rule, ruleSet }: Pick<LintedRule, "rule" | "ruleSet">): string {
  return `${ruleName(rule)} of "${ruleSet.name}"`;
}

/** The first few databases by name: `"orders", "ledger" and 3 more`. */
export function databaseWords(world: LintWorld, at: Iterable<number>): string {
  return nameWords([...at].map((each) => world.databases[each]?.id ?? ""));
}

/** The first few names, quoted and sorted. */
export function nameWords(names: readonly string[]): string {
  const sorted = [...new Set(names)].sort();
  const shown = sorted.slice(0, 3).map((name) => `"${name}"`);
  const rest = sorted.length - shown.length;
  return `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
