import { linkColumns, NEVER, VERDICTS } from "./link-columns.ts";
import type { MapData } from "./map-data.ts";
import type { MapNode } from "./map-node.ts";
import { consumerSide, databaseSide, type Side } from "./map-sides.ts";
import type { MapState } from "./map-state.ts";
import { type Recent, recent } from "./recent.ts";
import { remembered } from "./remembered.ts";
import { type ShownSide, shownSide } from "./shown-side.ts";
import { type SiftedLinks, siftLinks } from "./sift-links.ts";

/** All links between two rows of which policy and draft say one thing, seen or never seen. */
export interface LinkCell {
  /** Rows of the consumers and of the databases. */
  readonly from: number;
  readonly to: number;
  /** See `wordTable`. */
  readonly verdict: number;
  readonly seen: boolean;
  pairs: number;
  accepted: number;
  rejected: number;
  /** Seconds since 1970, UTC; 0 where it is not known. */
  first: number;
  last: number;
}

/** What a grouping and its filters leave: everything that is the same in each view of policy. */
export interface GatheredLinks {
  readonly consumers: readonly MapNode[];
  readonly databases: readonly MapNode[];
  readonly cells: readonly LinkCell[];
  /** See `siftLinks`. */
  readonly tally: Int32Array;
  /** Links that pass, and the consumers and databases at their ends. */
  readonly totals: { readonly pairs: number; readonly consumers: number; readonly databases: number };
}

/** Groupings that are kept, so that another view of one, or the way back to it, goes through no link again. */
const MOST_KEPT = 16;
/** Cells that are worth their memory: some 50 MB for the largest groupings together. */
const MOST_CELLS = 30_000;

const known: (data: MapData) => Recent<GatheredLinks> = remembered(() => recent<GatheredLinks>(MOST_KEPT));

/** Groups, filters and adds up, once for all views. */
export function gatherLinks(data: MapData, state: MapState): GatheredLinks {
  const { consumersBy, databasesBy, open, search, happened, from, to, last, view, says } = state;
  // Only a filter on the words of a view makes what passes depend on the view.
  const words = says.length === 0 ? [] : [view, says];
  const filters = JSON.stringify([search, happened, from, to, last, words]);
  const name = JSON.stringify([filters, consumersBy, databasesBy, open]);
  const gathered = known(data).of(name, () => gathering(data, state, filters));
  if (gathered.cells.length > MOST_CELLS) known(data).forget(name);
  return gathered;
}

/** What the filters leave, whatever it is grouped by. */
interface Sifted extends SiftedLinks {
  /** Links by consumer and by database. */
  readonly byConsumer: Int32Array;
  readonly byDatabase: Int32Array;
  readonly totals: GatheredLinks["totals"];
}

/** Filters whose links are kept: opening a group then goes through none of those that they leave out. */
const MOST_SIFTED = 4;

const sifted: (data: MapData) => Recent<Sifted> = remembered(() => recent<Sifted>(MOST_SIFTED));

function sifting(data: MapData, state: MapState): Sifted {
  const found = siftLinks(data, state);
  const { consumer, database } = linkColumns(data);
  const byConsumer = new Int32Array(data.consumers.length);
  const byDatabase = new Int32Array(data.databases.length);
  for (const link of found.passed) {
    const [from, to] = [consumer[link] ?? 0, database[link] ?? 0];
    byConsumer[from] = (byConsumer[from] ?? 0) + 1;
    byDatabase[to] = (byDatabase[to] ?? 0) + 1;
  }
  const totals = {
    pairs: found.passed.length,
    consumers: distinct(byConsumer),
    databases: distinct(byDatabase),
  };
  return { ...found, byConsumer, byDatabase, totals };
}

function gathering(data: MapData, state: MapState, filters: string): GatheredLinks {
  const found = sifted(data).of(filters, () => sifting(data, state));
  const consumers = shown(consumerSide(data, state), found.byConsumer, "consumer");
  const databases = shown(databaseSide(data, state), found.byDatabase, "database");
  return {
    consumers: consumers.nodes,
    databases: databases.nodes,
    cells: cellsOf(data, found, consumers, databases),
    tally: found.tally,
    totals: found.totals,
  };
}

function distinct(counts: Int32Array): number {
  let sum = 0;
  for (const count of counts) if (count > 0) sum += 1;
  return sum;
}

/** @param counts links by consumer or database */
function shown(side: Side, counts: Int32Array, which: MapNode["side"]): ShownSide {
  const members = new Int32Array(side.nodes.length);
  const links = new Int32Array(side.nodes.length);
  for (let end = 0; end < counts.length; end += 1) {
    const count = counts[end] ?? 0;
    if (count === 0) continue;
    const node = side.nodeOf[end] ?? 0;
    links[node] = (links[node] ?? 0) + count;
    members[node] = (members[node] ?? 0) + 1;
  }
  return shownSide(side, which, members, links);
}

function cellsOf(
  data: MapData,
  { passed, tally }: SiftedLinks,
  consumers: ShownSide,
  databases: ShownSide,
): readonly LinkCell[] {
  const columns = linkColumns(data);
  const { consumer, database, verdict, happened } = columns;
  const numbers = numbersOf(tally);
  const width = databases.nodes.length;
  const cells: LinkCell[] = [];
  // Rows and the verdicts that there are, are few: a place for each cell that there could be is found faster than in a map.
  const placeOf = new Int32Array(consumers.nodes.length * width * numbers.size * 2);
  for (const link of passed) {
    const from = consumers.rowOf[consumer[link] ?? 0] ?? 0;
    const to = databases.rowOf[database[link] ?? 0] ?? 0;
    const says = verdict[link] ?? 0;
    const seen = happened[link] !== NEVER;
    const key = ((from * width + to) * numbers.size + (numbers.of[says] ?? 0)) * 2 + Number(seen);
    const place = placeOf[key] ?? 0;
    const cell = cells[place - 1] ?? emptyCell(from, to, says, seen);
    if (place === 0) placeOf[key] = cells.push(cell);
    add(cell, columns, link);
  }
  return cells;
}

/** Numbers without gaps for the verdicts that there are. */
function numbersOf(tally: Int32Array) {
  const of = new Uint8Array(VERDICTS);
  const bits = tally.length / VERDICTS;
  let size = 0;
  for (let verdict = 0; verdict < VERDICTS; verdict += 1) {
    if (!tally.subarray(verdict * bits, (verdict + 1) * bits).some((count) => count > 0)) continue;
    of[verdict] = size;
    size += 1;
  }
  return { of, size };
}

const emptyCell = (from: number, to: number, verdict: number, seen: boolean): LinkCell => {
  return { from, to, verdict, seen, pairs: 0, accepted: 0, rejected: 0, first: 0, last: 0 };
};

function add(cell: LinkCell, columns: ReturnType<typeof linkColumns>, link: number): void {
  const first = columns.first[link] ?? 0;
  cell.pairs += 1;
  cell.accepted += columns.accepted[link] ?? 0;
  cell.rejected += columns.rejected[link] ?? 0;
  if (first !== 0 && (cell.first === 0 || first < cell.first)) cell.first = first;
  cell.last = Math.max(cell.last, columns.last[link] ?? 0);
}
