import { addAll, bitSet, hasBit } from "../label/bit-set.ts";
import { type Judged, judgeTarget } from "./judge-target.ts";
import { leftoversOf, type Unplaced } from "./leftovers.ts";
import { matchesQuery } from "./matches-query.ts";
import {
  type EarlierRule,
  type LeftoverKind,
  type Observation,
  SUGGEST_DEFAULTS,
  type SuggestDatabase,
  type SuggestEstate,
  type Suggestion,
  type Suggestions,
  type SuggestSettings,
} from "./model.ts";
import { queryKey } from "./query-key.ts";
import { suggestionsFor } from "./suggestions-for.ts";
import { type Placed, type Target, targetsOf } from "./target.ts";
import { matching, type WorkloadClasses, workloadClasses } from "./workload-classes.ts";

export interface SuggestRequest {
  readonly estate: SuggestEstate;
  /** At most one of each address and database. Order says nothing. */
  readonly observations: readonly Observation[];
  /** Addresses that look round instead of connecting: nobody's rule should follow from them. */
  readonly scanners?: ReadonlySet<string>;
  readonly settings?: SuggestSettings;
  /**
   * What was suggested before. Whoever such a rule covers was weighed then: that more workloads or databases carry these
   * labels by now does not take the rule away. A boundary does.
   */
  readonly earlier?: readonly EarlierRule[];
}

/**
 * From what was seen to the fewest label rules per database that cover it.
 *
 * More observations never take a covered one away: whether a consumer can be covered depends on labels and boundaries,
 * and otherwise only gets easier the more was seen. The same observations give the same rules, in any order.
 */
export function suggestRules(request: SuggestRequest): Suggestions {
  const { estate, settings = SUGGEST_DEFAULTS, earlier = [] } = request;
  const classes = workloadClasses(estate.workloads);
  const targets = targetsOf(estate.databases);
  const { unplaced, alreadyAllowed } = place(request, targets.of);
  const judged = targets.all.map((target) =>
    judgeTarget(estate, classes, target, { settings, earlier: earlierAt(earlier, target) }),
  );
  const answers = judged.map((each) => ({
    judged: each,
    suggestions: suggestionsFor(estate, classes, each),
  }));
  const suggestions = answers.flatMap((each) => each.suggestions);
  const left = [...unplaced, ...answers.flatMap((each) => leftBehind(classes, each))];
  const seen = request.observations.length;
  return {
    suggestions: suggestions.toSorted(
      (a, b) =>
        compare(queryKey(a.providers), queryKey(b.providers)) ||
        b.evidence.conversations - a.evidence.conversations ||
        compare(queryKey(a.consumers), queryKey(b.consumers)),
    ),
    leftovers: leftoversOf(estate, left),
    totals: {
      seen,
      alreadyAllowed,
      covered: seen - alreadyAllowed - left.length,
      leftOver: left.length,
    },
  };
}

/** Puts every observation with its target, and says which cannot belong to any. */
function place(
  request: SuggestRequest,
  targets: readonly (Target | undefined)[],
): { readonly unplaced: readonly Unplaced[]; readonly alreadyAllowed: number } {
  const unplaced: Unplaced[] = [];
  let alreadyAllowed = 0;
  for (const each of request.observations) {
    const { workload, database } = each;
    if (isAllowed(request.estate.databases[database], each)) {
      alreadyAllowed += 1;
      continue;
    }
    const target = targets[database];
    if (target !== undefined) target.open += 1;
    const kind = unplaceable(request, each, target);
    if (kind !== undefined) unplaced.push({ observation: each, kind });
    else if (target !== undefined && workload !== undefined)
      target.seen.push({ ...each, workload } satisfies Placed);
  }
  return { unplaced, alreadyAllowed };
}

const isAllowed = (
  database: SuggestDatabase | undefined,
  { workload, address }: Pick<Observation, "workload" | "address">,
): boolean =>
  database !== undefined &&
  ((workload !== undefined && database.allows(workload)) || database.allowsAddress(address));

/** Why no label rule can follow from an observation, whatever else was seen. */
function unplaceable(
  { scanners, settings = SUGGEST_DEFAULTS, earlier = [] }: SuggestRequest,
  { address, workload, ambiguous }: Observation,
  target: Target | undefined,
): LeftoverKind | undefined {
  if (scanners?.has(address) === true) return "scanner";
  if (workload === undefined) return ambiguous === true ? "ambiguousAddress" : "unknownAddress";
  if (target === undefined) return "unlabelledDatabase";
  if (earlierAt(earlier, target).length > 0) return undefined;
  return isTooCoarse(target, settings) ? "databaseLabelsTooCoarse" : undefined;
}

/** What was suggested before and means these databases, if only by fewer labels. */
const earlierAt = (earlier: readonly EarlierRule[], { labels }: Target): readonly EarlierRule[] =>
  earlier.filter(({ providers }) => matchesQuery(labels, providers));

const isTooCoarse = ({ others, databases }: Target, { mostUnseenShare }: SuggestSettings): boolean =>
  others > databases.length * mostUnseenShare;

/** Whoever was refused and is not let in all the same, by a rule that others need. */
function leftBehind(
  classes: WorkloadClasses,
  { judged, suggestions }: { readonly judged: Judged; readonly suggestions: readonly Suggestion[] },
): readonly Unplaced[] {
  const covered = bitSet(classes.classes.length);
  for (const { consumers } of suggestions) addAll(covered, matching(classes, consumers));
  return judged.target.seen.flatMap((observation) => {
    const at = classes.classOf[observation.workload] ?? 0;
    const kind = judged.refused.get(at);
    return kind === undefined || hasBit(covered, at) ? [] : [{ observation, kind }];
  });
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
