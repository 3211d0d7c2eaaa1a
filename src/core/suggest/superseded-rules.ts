import type { AllowRule, Policy, RuleSet } from "../policy/model.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { matchesQuery } from "./matches-query.ts";
import type { Observation, SuggestEstate } from "./model.ts";

/** A rule that was suggested earlier and written to the policy, and that nothing which was seen needs by now. */
export interface SupersededRule {
  /** The id that the suggestion had. */
  readonly id: string;
  readonly ruleSet: string;
  readonly description: string;
  /** Names of the rules that cover by now what it covers; empty when nothing that it covers was seen. */
  readonly coveredBy: readonly string[];
  /** In one sentence. */
  readonly why: string;
}

/** How a rule of ours is described; who writes something else there has made it their own. */
const OUR_WORDS = /^suggestion ([0-9a-f]{8}), /;

/** Names of rules that a sentence holds. */
const MOST_NAMES = 3;

/**
 * The rules of a policy that were suggested earlier and that no observation needs any more, in their order. One that
 * covers what a superseded one covered is not superseded itself: all that are named could go at once, and everybody who
 * was seen would still be let in.
 *
 * @param observations what was seen; without any, nothing can be said of any rule
 */
export function supersededRules(
  policy: Pick<Policy, "labels" | "ruleSets">,
  estate: SuggestEstate,
  observations: readonly Observation[],
): readonly SupersededRule[] {
  if (observations.length === 0) return [];
  const rules = policy.ruleSets.flatMap((set) => (set.enabled ? standingRules(policy, set) : []));
  const staying = new Set(rules);
  const found: SupersededRule[] = [];
  for (const rule of rules) {
    if (rule.id === undefined) continue;
    const used = observations.filter((each) => covers(estate, rule, each));
    const covering = new Set<Standing>();
    for (const each of used) {
      const other = rules.find((one) => one !== rule && staying.has(one) && covers(estate, one, each));
      if (other === undefined) break;
      covering.add(other);
    }
    const isNeeded = used.some((each) => ![...covering].some((other) => covers(estate, other, each)));
    if (isNeeded) continue;
    staying.delete(rule);
    found.push(superseded(rule, rule.id, [...covering]));
  }
  return found;
}

/** A rule in force that names plain labels only: what it means can be told from the labels. */
interface Standing {
  /** Absent where a person wrote it. */
  readonly id?: string;
  readonly name: string;
  readonly ruleSet: string;
  readonly description: string;
  readonly providers: LabelQuery;
  readonly consumers: LabelQuery;
}

function standingRules(policy: Pick<Policy, "labels">, set: RuleSet): readonly Standing[] {
  const [scope, ...more] = set.scopes;
  const within = labelsOf(policy, scope ?? []);
  if (within === undefined || more.length > 0) return [];
  return set.rules.flatMap((rule) => standingRule(policy, set, within, rule) ?? []);
}

function standingRule(
  policy: Pick<Policy, "labels">,
  set: RuleSet,
  scope: LabelQuery,
  rule: AllowRule,
): Standing | undefined {
  const [providers, consumers] = [labelsOf(policy, rule.providers), labelsOf(policy, rule.consumers)];
  const isPlain = rule.enabled && rule.inexpressible.length === 0 && rule.useWorkloadSubnets.length === 0;
  if (!isPlain || providers === undefined || consumers === undefined) return undefined;
  const { description = "" } = rule;
  const id = OUR_WORDS.exec(description)?.[1];
  return {
    ...(id === undefined ? {} : { id }),
    name: id ?? (description === "" ? set.name : description),
    ruleSet: set.name,
    description,
    providers: { ...scope, ...providers },
    consumers: rule.unscopedConsumers ? consumers : { ...scope, ...consumers },
  };
}

/** Labels as a query; `undefined` where something else is named. */
function labelsOf(
  { labels }: Pick<Policy, "labels">,
  entries: readonly { readonly kind: string; readonly href?: string; readonly exclusion?: boolean }[],
): LabelQuery | undefined {
  const query: Record<string, string[]> = {};
  for (const { kind, href, exclusion } of entries) {
    const label =
      kind === "label" && exclusion === false ? labels.find((each) => each.href === href) : undefined;
    if (label === undefined) return undefined;
    query[label.key] = [...(query[label.key] ?? []), label.value];
  }
  return query;
}

function covers(
  { workloads, databases }: SuggestEstate,
  { providers, consumers }: Standing,
  { workload = -1, database }: Observation,
): boolean {
  const [from, to] = [workloads[workload], databases[database]];
  return (
    from !== undefined &&
    to !== undefined &&
    matchesQuery(to.labels, providers) &&
    matchesQuery(from.labels, consumers)
  );
}

function superseded(
  { ruleSet, description }: Standing,
  id: string,
  covering: readonly Standing[],
): SupersededRule {
  const names = covering.map(({ name }) => name);
  const more = names.length - MOST_NAMES;
  const listed = `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const why =
    names.length === 0
      ? "these flow logs show nobody whom it lets in"
      : `what was seen is covered by ${listed}`;
  return { id, ruleSet, description, coveredBy: names, why };
}
