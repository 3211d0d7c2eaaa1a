import { digest } from "../digest.ts";
import { membersOf } from "../label/bit-set.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { fewestQueries } from "./fewest-queries.ts";
import type { Judged } from "./judge-target.ts";
import type { ConsumerGroup, Evidence, SuggestEstate, Suggestion } from "./model.ts";
import { queryKey } from "./query-key.ts";
import { span } from "./span.ts";
import type { Placed, Target } from "./target.ts";
import { matching, type WorkloadClass, type WorkloadClasses } from "./workload-classes.ts";

/** Workloads that are named, seen and never seen; the others are only counted. */
const EXAMPLES = 5;

/** The fewest rules for one target, each with what speaks for it and what it would allow besides. */
export function suggestionsFor(
  estate: SuggestEstate,
  classes: WorkloadClasses,
  { target, required, may }: Judged,
): readonly Suggestion[] {
  const byClass = Map.groupBy(target.seen, ({ workload }) => classes.classOf[workload] ?? -1);
  return fewestQueries(classes, required, may).map((query) =>
    describe(estate, classes, target, query, byClass),
  );
}

/**
 * What a rule with these consumers would mean for a target.
 *
 * @param byClass what was seen at the target, by the class of the consumer
 */
function describe(
  estate: SuggestEstate,
  classes: WorkloadClasses,
  target: Target,
  consumers: LabelQuery,
  byClass: ReadonlyMap<number, readonly Placed[]>,
): Suggestion {
  const examples: string[] = [];
  const groups: ConsumerGroup[] = [];
  const seen: Placed[] = [];
  let sameLabels = 0;
  for (const at of membersOf(matching(classes, consumers))) {
    const known = byClass.get(at) ?? [];
    seen.push(...known);
    const group = groupOf(estate, target, classes.classes[at], known, examples);
    groups.push(group);
    if (known.length > 0) sameLabels += group.neverSeenPairs;
  }
  const providers = target.labels;
  return {
    id: digest(`${queryKey(providers)} < ${queryKey(consumers)}`).slice(0, 8),
    databases: target.databases.map((at) => estate.databases[at]?.id ?? ""),
    providers,
    consumers,
    evidence: evidenceOf(estate, seen, target.open),
    neverSeen: {
      pairs: groups.reduce((sum, { neverSeenPairs }) => sum + neverSeenPairs, 0),
      sameLabels,
      examples,
    },
    groups,
  };
}

function evidenceOf({ workloads }: SuggestEstate, seen: readonly Placed[], all: number): Evidence {
  const known = [...new Set(seen.map(({ workload }) => workload))].sort((a, b) => a - b);
  return {
    workloads: known.length,
    names: known.slice(0, EXAMPLES).map((at) => workloads[at]?.name ?? ""),
    conversations: seen.length,
    records: seen.reduce((sum, { records }) => sum + records, 0),
    ...span(seen),
    coverage: all === 0 ? 0 : seen.length / all,
  };
}

function groupOf(
  estate: SuggestEstate,
  target: Target,
  { labels, members }: WorkloadClass = { labels: {}, members: [] },
  known: readonly Placed[],
  examples: string[],
): ConsumerGroup {
  const pairs = new Set(known.map(({ workload, database }) => `${workload} ${database}`));
  let neverSeenPairs = 0;
  for (const workload of members) {
    const open = target.databases.filter(
      (at) => !pairs.has(`${workload} ${at}`) && estate.databases[at]?.allows(workload) !== true,
    );
    neverSeenPairs += open.length;
    if (open.length > 0 && examples.length < EXAMPLES) examples.push(estate.workloads[workload]?.name ?? "");
  }
  return {
    labels,
    workloads: members.length,
    seen: new Set(known.map(({ workload }) => workload)).size,
    conversations: known.length,
    records: known.reduce((sum, { records }) => sum + records, 0),
    neverSeenPairs,
  };
}
