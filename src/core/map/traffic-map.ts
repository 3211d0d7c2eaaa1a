import { gatherLinks, type LinkCell } from "./gather-links.ts";
import { wordsOf, wordTable } from "./link-columns.ts";
import type { MapData } from "./map-data.ts";
import type { MapNode } from "./map-node.ts";
import type { MapState } from "./map-state.ts";
import { siftCounts } from "./sift-links.ts";
import { firstSums, type LinkSum } from "./sort-links.ts";

/** The page never draws more nodes and links than this together, at any size of the data. */
export const MOST_MARKS = 2_000;
/** Links that one picture can hold before nobody can follow one; the weightiest are drawn, the others counted. */
const MOST_LINKS = 500;

/** All links between two nodes of which policy says one thing, seen or never seen. */
export interface MapLink {
  /** Ids of the nodes, what policy says and whether it was seen: stable in permalinks. */
  readonly id: string;
  readonly consumer: string;
  readonly database: string;
  /** A decision of policy, or for the difference what becomes of it. */
  readonly says: string;
  /** `never`: allowed, and no flow log shows it. */
  readonly happened: "ACCEPT" | "REJECT" | "both" | "never";
  /** Pairs of a consumer and a database's port. */
  readonly pairs: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Seconds since 1970, UTC; 0 where it is not known. */
  readonly first: number;
  readonly last: number;
}

/** What is shown for a state: two columns and the links between them. */
export interface TrafficMap {
  readonly consumers: readonly MapNode[];
  readonly databases: readonly MapNode[];
  /** Weightiest first. */
  readonly links: readonly MapLink[];
  /** Links between shown nodes that are not drawn. */
  readonly undrawn: number;
  readonly totals: {
    readonly pairs: number;
    readonly consumers: number;
    readonly databases: number;
    /** Pairs by the words of the view, without the filter on those words. */
    readonly says: Readonly<Record<string, number>>;
    /** Pairs that were accepted, rejected, never seen, without the filter on those. */
    readonly accepted: number;
    readonly rejected: number;
    readonly never: number;
  };
}

/**
 * Groups, filters and adds up. Pure: the same data and state give the same map.
 *
 * @param mostLinks how many links it holds; exports want all of them
 */
export function trafficMap(data: MapData, state: MapState, mostLinks = MOST_LINKS): TrafficMap {
  const { consumers, databases, cells, tally, totals } = gatherLinks(data, state);
  const { says, ...counts } = siftCounts(tally, state);
  const sums = sumsOf(cells, state.view, databases.length);
  const words = wordsOf(state.view);
  const links = firstSums({ sums, words, consumers, databases }, state.sort, mostLinks).map((sum) =>
    finished(sum, consumers, databases, words),
  );
  return {
    consumers,
    databases,
    links,
    undrawn: sums.length - links.length,
    totals: {
      ...totals,
      says: Object.fromEntries(words.map((word, at) => [word, says[at] ?? 0])),
      ...counts,
    },
  };
}

function sumsOf(cells: readonly LinkCell[], view: MapState["view"], width: number): readonly LinkSum[] {
  const words = wordTable(view);
  const sums: LinkSum[] = [];
  const known = new Map<number, LinkSum>();
  for (const { verdict, ...cell } of cells) {
    const word = words[verdict] ?? 0;
    const key = ((cell.from * width + cell.to) * 4 + word) * 2 + Number(cell.seen);
    const sum = known.get(key);
    if (sum === undefined) {
      const made = { ...cell, word };
      known.set(key, made);
      sums.push(made);
    } else addCell(sum, cell);
  }
  return sums;
}

function addCell(sum: LinkSum, { pairs, accepted, rejected, first, last }: Omit<LinkCell, "verdict">): void {
  sum.pairs += pairs;
  sum.accepted += accepted;
  sum.rejected += rejected;
  if (first !== 0 && (sum.first === 0 || first < sum.first)) sum.first = first;
  sum.last = Math.max(sum.last, last);
}

function finished(
  { from, to, word, seen: _, ...sum }: LinkSum,
  consumers: readonly MapNode[],
  databases: readonly MapNode[],
  words: readonly string[],
): MapLink {
  const [consumer, database] = [consumers[from]?.id ?? "", databases[to]?.id ?? ""];
  const says = words[word] ?? "unknown";
  const happened = whatHappened(sum.accepted, sum.rejected);
  const id = `${consumer}>${database}>${says}${happened === "never" ? ">never" : ""}`;
  return { id, consumer, database, says, ...sum, happened };
}

/** What flow logs saw, from the numbers of records. */
export function whatHappened(accepted: number, rejected: number): MapLink["happened"] {
  if (accepted > 0) return rejected > 0 ? "both" : "ACCEPT";
  return rejected > 0 ? "REJECT" : "never";
}
