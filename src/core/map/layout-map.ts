import type { MapNode } from "./map-node.ts";
import type { MapLink, TrafficMap } from "./traffic-map.ts";

/** Sizes of a picture, in CSS pixels. */
export interface LayoutOptions {
  /** Of the whole picture. */
  readonly width: number;
  readonly rowHeight: number;
  /** Rows that have to say more than one line; by default none. */
  readonly gap: number;
}

export const LAYOUT: LayoutOptions = { width: 1_120, rowHeight: 46, gap: 8 };

/** Whether names need more of the width than links do, as on a small screen or one that is zoomed. */
export const isNarrow = (width: number): boolean => width < 800;

/** Sizes for a picture of this width: where it is narrow, rows hold names of two lines, and on a telephone notes of two. */
export const layoutFor = (width: number): LayoutOptions =>
  isNarrow(width) ? { width, rowHeight: width < 440 ? 92 : 66, gap: 8 } : { ...LAYOUT, width };

export interface PlacedNode {
  readonly node: MapNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A link as a curve from its consumer's right edge to its database's left edge. */
export interface PlacedLink {
  readonly link: MapLink;
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
  /** SVG path data. */
  readonly path: string;
  /** 1.5 to 7: grows with the logarithm of the pairs, as far as its neighbours leave room. */
  readonly width: number;
  /** Where the sign of what policy says stands. */
  readonly sign: { readonly x: number; readonly y: number };
}

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly links: readonly PlacedLink[];
}

/** A step to the right for each level below a group. */
const INDENT = 18;
const SWEEPS = 6;
/** Pixels between two links that end at one node. */
const STRAND = 9;
const PADDING = 14;
/** Pixels that a node grows to for its links, and more only where the other column is the longer one. */
const TALL = 220;
/** Pixels that a sign takes. */
const SIGN = 14;

/**
 * Places consumers in a column on the left and databases in one on the right. The order in each column comes from the
 * other one (the mean place of the partners, swept to and fro), so that links cross little; links that share an end are
 * fanned out in the order of their other ends, so that they never cross there.
 */
export function layoutMap(map: TrafficMap, options: LayoutOptions = LAYOUT): MapLayout {
  const { width } = options;
  const nodeWidth = isNarrow(width)
    ? Math.round(width * 0.4)
    : Math.max(170, Math.min(320, Math.round(width * 0.3)));
  const order = ordered(map);
  const ends = endsOf(map.links);
  const [left, right] = heights([order.consumers, order.databases], ends, options);
  const nodes = [
    ...placed(order.consumers, left, options, (indent) => ({ x: indent, width: nodeWidth - indent })),
    ...placed(order.databases, right, options, (indent) => ({
      x: width - nodeWidth + indent,
      width: nodeWidth - indent,
    })),
  ];
  const height = nodes.reduce((most, node) => Math.max(most, node.y + node.height), 0);
  return { width, height, nodes, links: placedLinks(map.links, nodes, { nodeWidth, width }) };
}

type Rows = readonly MapNode[];

function placed(
  rows: Rows,
  tall: readonly number[],
  { gap }: LayoutOptions,
  across: (indent: number) => Pick<PlacedNode, "x" | "width">,
): PlacedNode[] {
  let y = 0;
  return rows.map((node, at) => {
    const height = tall[at] ?? 0;
    const place = { node, ...across(node.depth * INDENT), y, height };
    y += height + gap;
    return place;
  });
}

/**
 * Heights of the rows of both columns. A node with many links is tall, so that they can be told apart, up to a limit;
 * in the shorter column the limit is as high as the longer one leaves room for.
 */
function heights(
  columns: readonly [Rows, Rows],
  ends: ReadonlyMap<string, number>,
  { rowHeight, gap }: LayoutOptions,
): readonly [readonly number[], readonly number[]] {
  const within = (rows: Rows, limit: number): readonly number[] =>
    rows.map((node) => {
      const fan = (ends.get(node.id) ?? 0) * STRAND + PADDING;
      return node.open ? rowHeight - 12 : Math.max(rowHeight, Math.min(fan, limit));
    });
  const total = (tall: readonly number[]): number => tall.reduce((sum, each) => sum + each + gap, 0);
  const [left, right] = [within(columns[0], TALL), within(columns[1], TALL)];
  const room = Math.max(total(left), total(right));
  const grown = (rows: Rows): readonly number[] => {
    let [fits, over] = [TALL, room];
    while (over - fits > 1) {
      const middle = Math.floor((fits + over) / 2);
      if (total(within(rows, middle)) <= room) fits = middle;
      else over = middle;
    }
    return within(rows, fits);
  };
  return [grown(columns[0]), grown(columns[1])];
}

/** How many links end at each node. */
function endsOf(links: readonly MapLink[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const { consumer, database } of links) {
    ends.set(consumer, (ends.get(consumer) ?? 0) + 1);
    ends.set(database, (ends.get(database) ?? 0) + 1);
  }
  return ends;
}

type Columns = Pick<TrafficMap, "consumers" | "databases">;

function ordered(map: TrafficMap): Columns {
  let { consumers, databases } = map;
  const partners = partnersOf(map.links);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    databases = byPartners(databases, consumers, partners);
    consumers = byPartners(consumers, databases, partners);
  }
  return { consumers, databases };
}

function partnersOf(links: readonly MapLink[]): ReadonlyMap<string, readonly string[]> {
  const partners = new Map<string, string[]>();
  const note = (of: string, partner: string): void => {
    const known = partners.get(of);
    if (known === undefined) partners.set(of, [partner]);
    else known.push(partner);
  };
  for (const { consumer, database } of links) {
    note(consumer, database);
    note(database, consumer);
  }
  return partners;
}

/** Sorts siblings by the mean row of their partners; what lies below a node moves with it, a rest stays last. */
function byPartners(
  rows: readonly MapNode[],
  others: readonly MapNode[],
  partners: ReadonlyMap<string, readonly string[]>,
): readonly MapNode[] {
  const rowOf = new Map(others.map((node, at) => [node.id, at]));
  const blocks = blocksOf(rows, 0, rows.length, rows[0]?.depth ?? 0);
  const sort = (list: readonly Block[]): MapNode[] =>
    list
      .map((block) => ({ block, mean: meanRow(block, rowOf, partners) }))
      .toSorted((a, b) => Number(isRest(a.block)) - Number(isRest(b.block)) || a.mean - b.mean)
      .flatMap(({ block }) => [block.head, ...sort(block.below)]);
  return sort(blocks);
}

interface Block {
  readonly head: MapNode;
  readonly below: readonly Block[];
}

const isRest = ({ head }: Block): boolean => head.kind === "rest";

function blocksOf(rows: readonly MapNode[], start: number, end: number, depth: number): readonly Block[] {
  const blocks: Block[] = [];
  let at = start;
  while (at < end) {
    const head = rows[at];
    if (head === undefined) break;
    let next = at + 1;
    while (next < end && (rows[next]?.depth ?? 0) > depth) next += 1;
    blocks.push({ head, below: blocksOf(rows, at + 1, next, depth + 1) });
    at = next;
  }
  return blocks;
}

function meanRow(
  block: Block,
  rowOf: ReadonlyMap<string, number>,
  partners: ReadonlyMap<string, readonly string[]>,
): number {
  let [sum, count] = [0, 0];
  const visit = ({ head, below }: Block): void => {
    for (const partner of partners.get(head.id) ?? []) {
      sum += rowOf.get(partner) ?? 0;
      count += 1;
    }
    for (const each of below) visit(each);
  };
  visit(block);
  return count === 0 ? Number.MAX_SAFE_INTEGER : sum / count;
}

function placedLinks(
  links: readonly MapLink[],
  nodes: readonly PlacedNode[],
  { nodeWidth, width }: { readonly nodeWidth: number; readonly width: number },
): readonly PlacedLink[] {
  const placeOf = new Map(nodes.map((each) => [each.node.id, each]));
  const starts = fanned(links, placeOf, "consumer", "database");
  const stops = fanned(links, placeOf, "database", "consumer");
  const heaviest = Math.log2(links.reduce((most, { pairs }) => Math.max(most, pairs), HEAVY));
  return links.map((link) => {
    const [start, stop] = [starts.get(link.id) ?? NOWHERE, stops.get(link.id) ?? NOWHERE];
    const from = { x: nodeWidth, y: start.y };
    const to = { x: placeOf.get(link.database)?.x ?? width - nodeWidth, y: stop.y };
    const bend = Math.round((to.x - from.x) * 0.45);
    const weight = 1.5 + (5.5 * Math.log2(link.pairs)) / heaviest;
    return {
      link,
      from,
      to,
      path: `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`,
      width: tenth(Math.max(1.5, Math.min(7, weight, Math.min(start.room, stop.room) * 0.7))),
      sign: onCurve(from, to, bend, SIGN + 2 + SIGN * stop.lane),
    };
  });
}

/** Pairs of a link that is as wide as any, where none has more. */
const HEAVY = 45;
const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;

/** The point of a link's curve that lies so many pixels before its right end. */
function onCurve(
  from: PlacedLink["from"],
  to: PlacedLink["to"],
  bend: number,
  before: number,
): PlacedLink["sign"] {
  const wanted = Math.min(before, to.x - from.x);
  // Bézier curve from its right end: how far left, and how much of the way to the other height, at `part` of it.
  const left = (part: number): number =>
    3 * part * (1 - part) ** 2 * bend +
    3 * part ** 2 * (1 - part) * (to.x - from.x - bend) +
    part ** 3 * (to.x - from.x);
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 24; halving += 1) {
    const middle = (low + high) / 2;
    if (left(middle) < wanted) low = middle;
    else high = middle;
  }
  return { x: to.x - wanted, y: tenth(to.y + (from.y - to.y) * (3 * low ** 2 - 2 * low ** 3)) };
}

/** Where one end of a link is. */
interface LinkEnd {
  readonly y: number;
  /** Pixels to the next link of the same node. */
  readonly room: number;
  /** Signs of neighbours that are too close stand in lanes beside each other. */
  readonly lane: number;
}

const NOWHERE: LinkEnd = { y: 0, room: SIGN, lane: 0 };

/** The ends of the links at their nodes, in the order of the other ends. */
function fanned(
  links: readonly MapLink[],
  placeOf: ReadonlyMap<string, PlacedNode>,
  end: "consumer" | "database",
  other: "consumer" | "database",
): ReadonlyMap<string, LinkEnd> {
  const found = new Map<string, LinkEnd>();
  for (const [id, ending] of Map.groupBy(links, (link) => link[end])) {
    const node = placeOf.get(id);
    if (node === undefined) continue;
    const sorted = ending.toSorted(
      (a, b) => (placeOf.get(a[other])?.y ?? 0) - (placeOf.get(b[other])?.y ?? 0) || (a.id < b.id ? -1 : 1),
    );
    const room = Math.min(STRAND * 2, (node.height - PADDING) / sorted.length);
    const lanes = Math.min(4, Math.ceil(SIGN / room));
    const top = node.y + node.height / 2 - (room * (sorted.length - 1)) / 2;
    for (const [at, link] of sorted.entries())
      found.set(link.id, { y: tenth(top + at * room), room, lane: at % lanes });
  }
  return found;
}
