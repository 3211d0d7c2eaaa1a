import type { LinkCell } from "./gather-links.ts";
import type { MapNode } from "./map-node.ts";
import type { MapSort } from "./map-state.ts";

/** Cells of which a view says the same, as one. */
export type LinkSum = Omit<LinkCell, "verdict"> & {
  /** A position in the words of the view. */
  readonly word: number;
};

/** What is sorted, and what its numbers mean. */
interface Sums {
  readonly sums: readonly LinkSum[];
  readonly words: readonly string[];
  readonly consumers: readonly MapNode[];
  readonly databases: readonly MapNode[];
}

/**
 * The first so many in an order; where that says nothing, what somebody has to decide about comes before what is in
 * order, what was seen before what was not, and many before few.
 */
export function firstSums(all: Sums, sort: MapSort | undefined, most: number): readonly LinkSum[] {
  const { sums, words } = all;
  const weight = (sum: LinkSum): number => -weightOf(sum, words[sum.word] ?? "");
  const rank = rankOf(all, sort) ?? weight;
  const placed = sums.map((sum) => ({ sum, rank: rank(sum), weight: weight(sum) }));
  const compare = byIds(all);
  return among(placed, most)
    .toSorted((a, b) => a.rank - b.rank || a.weight - b.weight || compare(a.sum, b.sum))
    .slice(0, most)
    .map(({ sum }) => sum);
}

interface Placed {
  readonly sum: LinkSum;
  readonly rank: number;
  readonly weight: number;
}

/** Those that can be among the first so many: to sort the others would be for nothing. */
function among(placed: readonly Placed[], most: number): readonly Placed[] {
  if (placed.length <= most) return placed;
  const ranks = Float64Array.from(placed, ({ rank }) => rank).toSorted();
  const last = ranks[most - 1] ?? 0;
  return placed.filter(({ rank }) => rank <= last);
}

/** How urgent each word is: what somebody has to decide about comes first. */
const URGENCY: Readonly<Record<string, number>> = {
  loses: 5,
  potentially_blocked: 4,
  blocked: 3,
  gains: 3,
  changes: 2,
  unknown: 2,
  allowed: 1,
  unchanged: 1,
};

/** How much somebody has to decide about what policy says, from 0 to 5. */
export const urgencyOf = (says: string): number => URGENCY[says] ?? 0;

/** Whatever was seen weighs more than all that was not, and what is more urgent more than any number of pairs. */
const weightOf = ({ seen, pairs }: LinkSum, says: string): number =>
  (Number(seen) * 8 + urgencyOf(says)) * 2 ** 32 + pairs;

/** What was let in comes before what was turned away, and what was never seen last. */
const happenedRank = ({ accepted, rejected }: LinkSum): number => {
  if (accepted > 0) return rejected > 0 ? 1 : 0;
  return rejected > 0 ? 2 : 3;
};

/** Numbers that are small for what comes first; `undefined` where nothing is sorted by. */
function rankOf(all: Sums, sort: MapSort | undefined): ((sum: LinkSum) => number) | undefined {
  const value = sortedValue(all, sort?.by);
  if (value === undefined || sort === undefined) return undefined;
  return sort.descending ? (sum) => -value(sum) : value;
}

function sortedValue({ words, consumers, databases }: Sums, by: MapSort["by"] | undefined) {
  const ranks = by === "consumer" ? titleRanks(consumers) : titleRanks(databases);
  const values: Readonly<Record<string, (sum: LinkSum) => number>> = {
    consumer: ({ from }) => ranks[from] ?? 0,
    database: ({ to }) => ranks[to] ?? 0,
    says: ({ word }) => urgencyOf(words[word] ?? ""),
    happened: happenedRank,
    pairs: ({ pairs }) => pairs,
    records: ({ accepted, rejected }) => accepted + rejected,
    last: ({ last }) => last,
  };
  return by === undefined || !Object.hasOwn(values, by) ? undefined : values[by];
}

/** By row: the place of its title among all titles. */
function titleRanks(rows: readonly MapNode[]): Int32Array {
  const ranks = new Int32Array(rows.length);
  const sorted = rows.map(({ title }, at) => ({ title, at })).sort((a, b) => compareTexts(a.title, b.title));
  let rank = 0;
  for (const [place, { title, at }] of sorted.entries()) {
    if (place > 0 && sorted[place - 1]?.title !== title) rank += 1;
    ranks[at] = rank;
  }
  return ranks;
}

/** Names between equals, so that the same data always give the same order. */
function byIds({ consumers, databases, words }: Sums): (a: LinkSum, b: LinkSum) => number {
  const text = ({ from, to, word, seen }: LinkSum): string =>
    `${consumers[from]?.id ?? ""}>${databases[to]?.id ?? ""}>${words[word] ?? ""}${seen ? "" : ">never"}`;
  return (a, b) => compareTexts(text(a), text(b));
}

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
