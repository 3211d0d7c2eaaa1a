import type { MapNode } from "./map-node.ts";
import type { Side, SideNode } from "./map-sides.ts";

/** Rows below one parent, before the rest is put into one row. A picture of more is a list, and the table is a better one. */
const MOST_SIBLINGS = 40;
/** Rows of a whole side, when many groups are open. */
const MOST_ROWS = 400;

/** The rows of one side, in their order, and for each consumer or database the row that shows it; -1: none. */
export interface ShownSide {
  readonly nodes: readonly MapNode[];
  readonly rowOf: Int32Array;
}

/**
 * Chooses the rows of a side: below each parent those with most links, and one named row for the others.
 *
 * @param members by node: consumers or databases that pass the filters
 * @param links by node: links that pass them
 */
export function shownSide(
  side: Side,
  which: MapNode["side"],
  members: Int32Array,
  links: Int32Array,
): ShownSide {
  const totals = totalled(side.nodes, members, links);
  const children = new Map<number, number[]>();
  for (const [at, node] of side.nodes.entries()) {
    if ((totals.links[at] ?? 0) === 0) continue;
    const parent = node.parent ?? -1;
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [at]);
    else known.push(at);
  }
  const rowOfNode = new Int32Array(side.nodes.length).fill(-1);
  const drawing: Drawing = { side, which, totals, children, rows: [], rowOfNode };
  draw(drawing, -1, 0);
  return { nodes: drawing.rows, rowOf: side.nodeOf.map((node) => rowOfNode[node] ?? -1) };
}

interface Totals {
  readonly members: Int32Array;
  readonly links: Int32Array;
}

interface Drawing {
  readonly side: Side;
  readonly which: MapNode["side"];
  readonly totals: Totals;
  readonly children: ReadonlyMap<number, readonly number[]>;
  readonly rows: MapNode[];
  readonly rowOfNode: Int32Array;
}

/** What lies below a node counts for it too. Children come after their parents. */
function totalled(nodes: readonly SideNode[], members: Int32Array, links: Int32Array): Totals {
  const sums = { members: members.slice(), links: links.slice() };
  for (let at = nodes.length - 1; at >= 0; at -= 1) {
    const parent = nodes[at]?.parent;
    if (parent === undefined) continue;
    sums.members[parent] = (sums.members[parent] ?? 0) + (sums.members[at] ?? 0);
    sums.links[parent] = (sums.links[parent] ?? 0) + (sums.links[at] ?? 0);
  }
  return sums;
}

function draw(drawing: Drawing, parent: number, depth: number): void {
  const { side, totals, children } = drawing;
  const all = children.get(parent) ?? [];
  const byLinks = all.toSorted((a, b) => (totals.links[b] ?? 0) - (totals.links[a] ?? 0) || a - b);
  const room = Math.max(1, Math.min(MOST_SIBLINGS, MOST_ROWS - drawing.rows.length));
  // One row too many is shown itself: a rest of one says less and takes as much room.
  const top = byLinks.length <= room + 1 ? byLinks : byLinks.slice(0, room);
  for (const at of top.toSorted((a, b) => byTitle(side.nodes[a], side.nodes[b]))) {
    const node = side.nodes[at];
    if (node === undefined) continue;
    drawing.rowOfNode[at] = drawing.rows.length;
    drawing.rows.push(row(drawing, at, node, depth));
    if (node.open) draw(drawing, at, depth + 1);
  }
  const rest = byLinks.slice(top.length);
  if (rest.length > 0) drawRest(drawing, parent, rest, depth);
}

function row({ which, totals }: Drawing, at: number, node: SideNode, depth: number): MapNode {
  const { id, kind, title, labels, open, canOpen } = node;
  const [members, links] = [totals.members[at] ?? 0, totals.links[at] ?? 0];
  return { id, side: which, kind, title, labels, depth, open, canOpen, members, links };
}

const PLURAL: Readonly<Record<SideNode["kind"], string>> = {
  group: "groups",
  workload: "workloads",
  address: "addresses",
  database: "databases",
};

function drawRest(drawing: Drawing, parent: number, rest: readonly number[], depth: number): void {
  const { side, which, totals } = drawing;
  const kinds = new Set(rest.map((at) => side.nodes[at]?.kind ?? "group"));
  const [only] = kinds;
  const noun = only !== undefined && kinds.size === 1 ? PLURAL[only] : "workloads and addresses";
  const sum = (of: Int32Array) => rest.reduce((total, at) => total + (of[at] ?? 0), 0);
  for (const at of rest) cover(drawing, at, drawing.rows.length);
  drawing.rows.push({
    id: `${which === "consumer" ? "c" : "d"}:rest:${side.nodes[parent]?.id ?? ""}`,
    side: which,
    kind: "rest",
    title: `${rest.length} more ${noun}`,
    labels: {},
    depth,
    open: false,
    canOpen: false,
    members: sum(totals.members),
    links: sum(totals.links),
  });
}

function cover(drawing: Drawing, at: number, onto: number): void {
  drawing.rowOfNode[at] = onto;
  for (const child of drawing.children.get(at) ?? []) cover(drawing, child, onto);
}

/** Names with numbers in them in the order of the numbers would need the machine's language; code points do. */
function byTitle(a: SideNode | undefined, b: SideNode | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.title !== b.title) return a.title < b.title ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
