import { numberAt } from "./column.ts";
import { linkFilter, saysOf, wordsOf } from "./link-filter.ts";
import type { MapData, MapLabels } from "./map-data.ts";
import { consumerSide, databaseSide, type Side } from "./map-sides.ts";
import type { MapState } from "./map-state.ts";
import { type ShownSide, shownSide } from "./shown-side.ts";

/** The page never draws more nodes and links than this together, at any size of the data. */
export const MOST_MARKS = 2_000;
/** Links that one picture can hold before nobody can follow one; the weightiest are drawn, the others counted. */
const MOST_LINKS = 900;

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
  const passed = passingLinks(data, state);
  const { consumer, database } = data.links;
  const consumers = shown(consumerSide(data, state), consumer, passed, "consumer");
  const databases = shown(databaseSide(data, state), database, passed, "database");
  const links = joined(data, state, passed, consumers, databases);
  return {
    consumers: consumers.nodes,
    databases: databases.nodes,
    links: links.slice(0, mostLinks),
    undrawn: Math.max(0, links.length - mostLinks),
    totals: {
      pairs: passed.length,
      consumers: distinct(consumer, passed, data.consumers.length),
      databases: distinct(database, passed, data.databases.length),
      ...counts(data, state),
    },
  };
}

/** Positions of the links that the filters let through. */
export function passingLinks(data: MapData, state: MapState): Int32Array {
  const passes = linkFilter(data, state);
  const out = new Int32Array(data.links.consumer.length);
  let size = 0;
  for (let link = 0; link < out.length; link += 1) {
    if (!passes(link)) continue;
    out[size] = link;
    size += 1;
  }
  return out.subarray(0, size);
}

function shown(side: Side, ends: readonly number[], passed: Int32Array, which: MapNode["side"]): ShownSide {
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

function distinct(ends: readonly number[], passed: Int32Array, size: number): number {
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
  const { links } = data;
  const words = wordsOf(state.view);
  const sums = new Map<number, Sum>();
  const width = databases.nodes.length;
  for (const link of passed) {
    const from = numberAt(consumers.rowOf, numberAt(links.consumer, link));
    const to = numberAt(databases.rowOf, numberAt(links.database, link));
    const says = saysOf(data, state.view, link);
    const seen = wasSeen(data, link);
    const key = ((from * width + to) * 4 + says) * 2 + Number(seen);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = emptySum(consumers.nodes[from], databases.nodes[to], words[says], seen);
      sums.set(key, sum);
    }
    add(sum, data, link);
  }
  return [...sums.values()].map(finished).sort(weightiestFirst);
}

const wasSeen = ({ links }: MapData, link: number): boolean =>
  numberAt(links.accepted, link) + numberAt(links.rejected, link) > 0;

function emptySum(
  from: MapNode | undefined,
  to: MapNode | undefined,
  says: string | undefined,
  seen: boolean,
): Sum {
  const empty = { pairs: 0, accepted: 0, rejected: 0, first: 0, last: 0 };
  return { consumer: from?.id ?? "", database: to?.id ?? "", says: says ?? "unknown", seen, ...empty };
}

function add(sum: Sum, { links }: MapData, link: number): void {
  const [first, last] = [numberAt(links.first, link), numberAt(links.last, link)];
  sum.pairs += 1;
  sum.accepted += numberAt(links.accepted, link);
  sum.rejected += numberAt(links.rejected, link);
  if (first !== 0 && (sum.first === 0 || first < sum.first)) sum.first = first;
  if (last > sum.last) sum.last = last;
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

function counts(
  data: MapData,
  state: MapState,
): Pick<TrafficMap["totals"], "says" | "accepted" | "rejected" | "never"> {
  const { links } = data;
  const words = wordsOf(state.view);
  const says = new Int32Array(words.length);
  let [accepted, rejected, never] = [0, 0, 0];
  const saysFree = linkFilter(data, { ...state, says: [] });
  const happenedFree = linkFilter(data, { ...state, happened: [] });
  for (let link = 0; link < links.consumer.length; link += 1) {
    if (saysFree(link)) {
      const word = saysOf(data, state.view, link);
      says[word] = (says[word] ?? 0) + 1;
    }
    if (!happenedFree(link)) continue;
    const ok = (links.accepted[link] ?? 0) > 0;
    const no = (links.rejected[link] ?? 0) > 0;
    accepted += Number(ok);
    rejected += Number(no);
    never += Number(!ok && !no);
  }
  return {
    says: Object.fromEntries(words.map((word, at) => [word, says[at] ?? 0])),
    accepted,
    rejected,
    never,
  };
}
