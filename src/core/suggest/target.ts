import type { LabelValues } from "../policy/label-values.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { matchesQuery } from "./matches-query.ts";
import type { Observation, SuggestDatabase } from "./model.ts";
import { queryKey } from "./query-key.ts";

/** An observation whose workload is known. */
export type Placed = Observation & { readonly workload: number };

/** Databases that label rules cannot tell apart, because they carry the same labels. */
export interface Target {
  readonly labels: LabelQuery;
  /** Every database that these labels mean: those with more labels are opened, too. Positions, ascending. */
  readonly databases: readonly number[];
  /** How many of them have more labels. */
  readonly others: number;
  /** What was seen at the databases with exactly these labels, and policy does not allow yet. */
  readonly seen: Placed[];
  /** All pairs that were seen there and that policy does not allow yet, with those of which no rule can follow. */
  open: number;
}

/** The targets of all databases, and that of each; a database without labels has none. */
export function targetsOf(databases: readonly SuggestDatabase[]): {
  readonly all: readonly Target[];
  readonly of: readonly (Target | undefined)[];
} {
  const targets = new Map<string, Target>();
  const of = databases.map(({ labels }) => {
    const query = firstValues(labels);
    if (Object.keys(query).length === 0) return undefined;
    const text = queryKey(query);
    const known = targets.get(text);
    if (known !== undefined) return known;
    const meant = databases.flatMap((each, at) => (matchesQuery(each.labels, query) ? [at] : []));
    const others = meant.filter((at) => queryKey(firstValues(databases[at]?.labels ?? {})) !== text).length;
    const made: Target = { labels: query, databases: meant, others, seen: [], open: 0 };
    targets.set(text, made);
    return made;
  });
  return { all: [...targets.values()], of };
}

const firstValues = (labels: LabelValues): LabelQuery =>
  Object.fromEntries(Object.entries(labels).map(([key, values]) => [key, values.slice(0, 1)]));
