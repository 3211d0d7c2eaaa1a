import type { MapLink, MapNode, TrafficMap } from "./traffic-map.ts";

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

/** Sizes for a picture of this width: where it is narrow, rows hold names of two lines. */
export const layoutFor = (width: number): LayoutOptions =>
  isNarrow(width) ? { width, rowHeight: 66, gap: 8 } : { ...LAYOUT, width };

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
  /** 1.5 to 7: grows with the logarithm of the pairs. */
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

/**
 * Places consumers in a column on the left and databases in one on the right. The order in each column comes from the
 * other one (the mean place of the partners, swept to and fro), so that links cross little; links that share an end are
 * fanned out in the order of their other ends, so that they never cross there.
 */
export function layoutMap(map: TrafficMap, options: LayoutOptions = LAYOUT): MapLayout {
  const { width, gap } = options;
  const nodeWidth = Math.max(170, Math.min(320, Math.round(width * (isNarrow(width) ? 0.4 : 0.3))));
  const order = ordered(map);
  const ends = endsOf(map.links);
  const place = (rows: readonly MapNode[], left: boolean): PlacedNode[] => {
    let y = 0;
    return rows.map((node) => {
      const indent = node.depth * INDENT;
      const fan = (ends.get(node.id) ?? 0) * STRAND + PADDING;
      const height = node.open ? options.rowHeight - 12 : Math.max(options.rowHeight, Math.min(fan, 220));
      const placed = {
        node,
        x: left ? indent : width - nodeWidth + indent,
        y,
        width: nodeWidth - indent,
        height,
      };
      y += height + gap;
      return placed;
    });
  };
  const nodes = [...place(order.consumers, true), ...place(order.databases, false)];
  const height = nodes.reduce((most, node) => Math.max(most, node.y + node.height), 0);
  return { width, height, nodes, links: placedLinks(map.links, nodes, { nodeWidth, width }) };
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
  const placeOf = new Map(nodes.map((placed) => [placed.node.id, placed]));
  const fan = (end: "consumer" | "database"): ReadonlyMap<string, number> =>
    fanned(links, placeOf, end, end === "consumer" ? "database" : "consumer");
  const [starts, stops] = [fan("consumer"), fan("database")];
  return links.map((link) => {
    const right = placeOf.get(link.database)?.x ?? width - nodeWidth;
    const from = { x: nodeWidth, y: starts.get(link.id) ?? 0 };
    const to = { x: right, y: stops.get(link.id) ?? 0 };
    const bend = Math.round((to.x - from.x) * 0.45);
    return {
      link,
      from,
      to,
      path: `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`,
      width: Math.min(7, Math.round((1.5 + Math.log2(link.pairs)) * 10) / 10),
      sign: { x: to.x - 16, y: to.y },
    };
  });
}

/** The height of each link's end at its node, in the order of the other ends. */
function fanned(
  links: readonly MapLink[],
  placeOf: ReadonlyMap<string, PlacedNode>,
  end: "consumer" | "database",
  other: "consumer" | "database",
): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  for (const [id, ending] of Map.groupBy(links, (link) => link[end])) {
    const node = placeOf.get(id);
    if (node === undefined) continue;
    const sorted = ending.toSorted(
      (a, b) => (placeOf.get(a[other])?.y ?? 0) - (placeOf.get(b[other])?.y ?? 0) || (a.id < b.id ? -1 : 1),
    );
    const room = node.height - PADDING;
    const step = Math.min(STRAND * 2, room / sorted.length);
    const top = node.y + node.height / 2 - (step * (sorted.length - 1)) / 2;
    for (const [at, link] of sorted.entries()) heights.set(link.id, Math.round((top + at * step) * 10) / 10);
  }
  return heights;
}
