import { type LinkColumns, linkColumns, NEVER, wordsOf } from "./link-columns.ts";
import type { MapData, MapLabels } from "./map-data.ts";
import { consumerSide, databaseSide, type Side } from "./map-sides.ts";
import type { MapState } from "./map-state.ts";
import { type ShownSide, shownSide } from "./shown-side.ts";
import { siftLinks } from "./sift-links.ts";

/** The page never draws more nodes and links than this together, at any size of the data. */
export const MOST_MARKS = 2_000;
/** Links that one picture can hold before nobody can follow one; the weightiest are drawn, the others counted. */
const MOST_LINKS = 500;

/** A row in one of the two columns. */
export interface MapNode {
  readonly id: string;
  readonly side: "consumer" | "database";
  /** `rest`: what has no row of its own, because others have more traffic. */
  readonly kind: "group" | "workload" | "address" | "database" | "rest";
  readonly title: string;
  readonly labels: MapLabels;
  /** 0 at the left edge; the rows of an open group are one deeper. */
  readonly depth: number;
  readonly open: boolean;
  readonly canOpen: boolean;
  /** Consumers or databases behind it that pass the filters, and links. */
  readonly members: number;
  readonly links: number;
}

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
  const { passed, ...counts } = siftLinks(data, state);
  const { consumer, database } = linkColumns(data);
  const consumers = shown(consumerSide(data, state), consumer, passed, "consumer");
  const databases = shown(databaseSide(data, state), database, passed, "database");
  const links = joined(data, state, passed, consumers, databases);
  const words = wordsOf(state.view);
  return {
    consumers: consumers.nodes,
    databases: databases.nodes,
    links: links.slice(0, mostLinks),
    undrawn: Math.max(0, links.length - mostLinks),
    totals: {
      pairs: passed.length,
      consumers: distinct(consumer, passed, data.consumers.length),
      databases: distinct(database, passed, data.databases.length),
      ...counts,
      says: Object.fromEntries(words.map((word, at) => [word, counts.says[at] ?? 0])),
    },
  };
}

function shown(side: Side, ends: Int32Array, passed: Int32Array, which: MapNode["side"]): ShownSide {
  const members = new Int32Array(side.nodes.length);
  const links = new Int32Array(side.nodes.length);
  const met = new Uint8Array(side.nodeOf.length);
  for (const link of passed) {
    const end = ends[link] ?? 0;
    const node = side.nodeOf[end] ?? 0;
    links[node] = (links[node] ?? 0) + 1;
    if (met[end] === 1) continue;
    met[end] = 1;
    members[node] = (members[node] ?? 0) + 1;
  }
  return shownSide(side, which, members, links);
}

function distinct(ends: Int32Array, passed: Int32Array, size: number): number {
  const met = new Uint8Array(size);
  let count = 0;
  for (const link of passed) {
    const end = ends[link] ?? 0;
    if (met[end] === 1) continue;
    met[end] = 1;
    count += 1;
  }
  return count;
}

type Sum = { -readonly [K in keyof Omit<MapLink, "id" | "happened">]: MapLink[K] } & {
  readonly seen: boolean;
};

function joined(
  data: MapData,
  state: MapState,
  passed: Int32Array,
  consumers: ShownSide,
  databases: ShownSide,
): readonly MapLink[] {
  const columns = linkColumns(data);
  const words = wordsOf(state.view);
  const says = columns.says[state.view];
  const sums: Sum[] = [];
  const width = databases.nodes.length;
  // Rows are few, so a place for each sum that there could be is found faster than in a map.
  const placeOf = new Int32Array(consumers.nodes.length * width * 8);
  for (const link of passed) {
    const from = consumers.rowOf[columns.consumer[link] ?? 0] ?? 0;
    const to = databases.rowOf[columns.database[link] ?? 0] ?? 0;
    const word = says[link] ?? 0;
    const seen = columns.happened[link] !== NEVER;
    const key = ((from * width + to) * 4 + word) * 2 + Number(seen);
    const place = placeOf[key] ?? 0;
    const sum = sums[place - 1] ?? emptySum(consumers.nodes[from], databases.nodes[to], words[word], seen);
    if (place === 0) placeOf[key] = sums.push(sum);
    add(sum, columns, link);
  }
  return sums.map(finished).sort(weightiestFirst);
}

function emptySum(
  from: MapNode | undefined,
  to: MapNode | undefined,
  says: string | undefined,
  seen: boolean,
): Sum {
  const empty = { pairs: 0, accepted: 0, rejected: 0, first: 0, last: 0 };
  return { consumer: from?.id ?? "", database: to?.id ?? "", says: says ?? "unknown", seen, ...empty };
}

function add(sum: Sum, columns: LinkColumns, link: number): void {
  const first = columns.first[link] ?? 0;
  sum.pairs += 1;
  sum.accepted += columns.accepted[link] ?? 0;
  sum.rejected += columns.rejected[link] ?? 0;
  if (first !== 0 && (sum.first === 0 || first < sum.first)) sum.first = first;
  sum.last = Math.max(sum.last, columns.last[link] ?? 0);
}

function finished({ seen, ...sum }: Sum): MapLink {
  const happened = whatHappened(sum.accepted, sum.rejected);
  return { id: `${sum.consumer}>${sum.database}>${sum.says}${seen ? "" : ">never"}`, ...sum, happened };
}

/** What flow logs saw, from the numbers of records. */
export function whatHappened(accepted: number, rejected: number): MapLink["happened"] {
  if (accepted > 0) return rejected > 0 ? "both" : "ACCEPT";
  return rejected > 0 ? "REJECT" : "never";
}

/** What somebody has to decide about comes before what is in order, and what was seen before what was not. */
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

function weightiestFirst(a: MapLink, b: MapLink): number {
  const seen = Number(b.happened !== "never") - Number(a.happened !== "never");
  if (seen !== 0) return seen;
  const urgency = (URGENCY[b.says] ?? 0) - (URGENCY[a.says] ?? 0);
  if (urgency !== 0) return urgency;
  if (a.pairs !== b.pairs) return b.pairs - a.pairs;
  return a.id < b.id ? -1 : 1;
}
