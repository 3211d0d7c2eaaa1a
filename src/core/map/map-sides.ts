import type { MapConsumer, MapData, MapLabels } from "./map-data.ts";
import type { MapState } from "./map-state.ts";

/** A node before it is known how much of it is shown. */
export interface SideNode {
  /** Stable in permalinks: `c` or `d`, then what it stands for. */
  readonly id: string;
  readonly kind: "group" | "workload" | "address" | "database";
  readonly title: string;
  /** Labels it stands for, in the order of the grouping; absent where it has none. */
  readonly labels: MapLabels;
  readonly parent?: number;
  readonly open: boolean;
  readonly canOpen: boolean;
}

/** One side of the map: its nodes, and for each consumer or database the node that shows it. */
export interface Side {
  readonly nodes: readonly SideNode[];
  readonly nodeOf: Int32Array;
}

const UNKNOWN = "unknown addresses";

/** The consumers as nodes: group, and where it is open its workloads, and where those are open their addresses. */
export function consumerSide(data: MapData, state: MapState): Side {
  const building = newSide(state.open);
  const nodeOf = Int32Array.from(data.consumers, (consumer) => {
    const keys = state.consumersBy;
    const parent = keys.length > 0 ? consumerGroup(building, data, consumer, keys) : undefined;
    if (parent !== undefined && !building.isOpen(parent)) return parent;
    return consumerNode(building, data, consumer, parent);
  });
  return { nodes: building.nodes, nodeOf };
}

/** The node below a group that is open: the workload, or its address where that is open too. */
function consumerNode(
  building: Building,
  data: MapData,
  { address, workload: at }: MapConsumer,
  parent: number | undefined,
): number {
  const workload = at === undefined ? undefined : data.workloads[at];
  if (workload === undefined) return building.leaf(address, parent, {});
  const node = building.node({
    id: `c:w:${at}`,
    kind: "workload",
    title: workload.name,
    labels: workload.labels,
    ...(parent === undefined ? {} : { parent }),
    canOpen: true,
  });
  return building.isOpen(node) ? building.leaf(address, node, workload.labels) : node;
}

/** The databases as nodes: group, and where it is open its databases. */
export function databaseSide(data: MapData, state: MapState): Side {
  const building = newSide(state.open);
  const grouped = state.databasesBy.length > 0;
  const nodeOf = Int32Array.from(data.databases, ({ id, arn, labels }) => {
    const parent = grouped ? building.node(labelGroup("d", labels, state.databasesBy)) : undefined;
    if (parent !== undefined && !building.isOpen(parent)) return parent;
    return building.node({
      id: `d:${arn}`,
      kind: "database",
      title: id,
      labels,
      ...(parent === undefined ? {} : { parent }),
      canOpen: false,
    });
  });
  return { nodes: building.nodes, nodeOf };
}

type NewNode = Omit<SideNode, "open">;

interface Building {
  readonly nodes: SideNode[];
  readonly node: (node: NewNode) => number;
  readonly leaf: (address: string, parent: number | undefined, labels: MapLabels) => number;
  readonly isOpen: (at: number) => boolean;
}

function newSide(open: readonly string[]): Building {
  const nodes: SideNode[] = [];
  const known = new Map<string, number>();
  const opened = new Set(open);
  const node = (wanted: NewNode): number => {
    const before = known.get(wanted.id);
    if (before !== undefined) return before;
    known.set(wanted.id, nodes.length);
    return nodes.push({ ...wanted, open: wanted.canOpen && opened.has(wanted.id) }) - 1;
  };
  return {
    nodes,
    node,
    leaf: (address, parent, labels) =>
      node({
        id: `c:a:${parent === undefined ? "" : nodes[parent]?.id}:${address}`,
        kind: "address",
        title: address,
        labels,
        ...(parent === undefined ? {} : { parent }),
        canOpen: false,
      }),
    isOpen: (at) => nodes[at]?.open === true,
  };
}

function consumerGroup(
  building: Building,
  data: MapData,
  { workload: at, ipList }: MapConsumer,
  keys: readonly string[],
): number {
  const workload = at === undefined ? undefined : data.workloads[at];
  if (workload !== undefined) return building.node(labelGroup("c", workload.labels, keys));
  const group = ipList === undefined ? UNKNOWN : `IP list ${ipList}`;
  const id = ipList === undefined ? "c:unknown" : `c:l:${ipList}`;
  return building.node({ id, kind: "group", title: group, labels: {}, canOpen: true });
}

/** Keys are part of the id: grouped by other keys, the same values are another group. */
function labelGroup(side: "c" | "d", labels: MapLabels, keys: readonly string[]): NewNode {
  let id = `${side}:g`;
  const values: string[] = [];
  const shown: [string, string][] = [];
  for (const key of keys) {
    // Keys may come from a permalink, and labels may be called anything.
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    id += `:${key}=${value ?? ""}`;
    values.push(value ?? `no ${key}`);
    if (value !== undefined) shown.push([key, value]);
  }
  return { id, kind: "group", title: values.join(" · "), labels: Object.fromEntries(shown), canOpen: true };
}
