import type { MapConsumer, MapData, MapLabels } from "./map-data.ts";
import type { MapState } from "./map-state.ts";
import { remembered } from "./remembered.ts";

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
  const groups = state.consumersBy.length > 0 ? groupsOf(data, state.consumersBy) : undefined;
  const nodeOfGroup = new Int32Array(groups?.nodes.length ?? 0).fill(-1);
  const nodeOf = new Int32Array(data.consumers.length);
  for (const [at, consumer] of data.consumers.entries()) {
    const group = groups?.groupOf[at] ?? -1;
    let parent = nodeOfGroup[group];
    const made = groups?.nodes[group];
    if (parent === -1 && made !== undefined) {
      parent = building.node(made);
      nodeOfGroup[group] = parent;
    }
    nodeOf[at] =
      parent !== undefined && !building.isOpen(parent)
        ? parent
        : consumerNode(building, data, consumer, parent);
  }
  return { nodes: building.nodes, nodeOf };
}

interface Groups {
  readonly nodes: readonly NewNode[];
  /** By consumer: its position in `nodes`. */
  readonly groupOf: Int32Array;
}

/** Groups by the keys that they were made of: opening one makes no other anew. */
const knownGroups = remembered((_: MapData) => new Map<string, Groups>());

function groupsOf(data: MapData, keys: readonly string[]): Groups {
  const known = knownGroups(data);
  const name = JSON.stringify(keys);
  const before = known.get(name);
  if (before !== undefined) return before;
  const groups = consumerGroups(data, keys);
  known.set(name, groups);
  return groups;
}

function consumerGroups({ consumers, workloads }: MapData, keys: readonly string[]): Groups {
  const nodes: NewNode[] = [];
  const positions = new Map<string, number>();
  const groupOf = Int32Array.from(consumers, ({ workload: at, ipList }) => {
    const labels = at === undefined ? undefined : workloads[at]?.labels;
    const id = labels === undefined ? strangersId(ipList) : groupId("c", labels, keys);
    const before = positions.get(id);
    if (before !== undefined) return before;
    positions.set(id, nodes.length);
    return nodes.push(labels === undefined ? strangers(ipList) : labelGroup("c", labels, keys)) - 1;
  });
  return { nodes, groupOf };
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

const strangersId = (ipList: string | undefined): string =>
  ipList === undefined ? "c:unknown" : `c:l:${ipList}`;

/** Those of whom policy knows an IP list at most. */
const strangers = (ipList: string | undefined): NewNode => ({
  id: strangersId(ipList),
  kind: "group",
  title: ipList === undefined ? UNKNOWN : `IP list ${ipList}`,
  labels: {},
  canOpen: true,
});

/** Keys are part of the id: grouped by other keys, the same values are another group. */
function groupId(side: "c" | "d", labels: MapLabels, keys: readonly string[]): string {
  let id = `${side}:g`;
  for (const key of keys) id += `:${key}=${labelValue(labels, key) ?? ""}`;
  return id;
}

/** Keys may come from a permalink, and labels may be called anything. */
const labelValue = (labels: MapLabels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

function labelGroup(side: "c" | "d", labels: MapLabels, keys: readonly string[]): NewNode {
  const shown = keys.flatMap((key): [string, string][] => {
    const value = labelValue(labels, key);
    return value === undefined ? [] : [[key, value]];
  });
  return {
    id: groupId(side, labels, keys),
    kind: "group",
    title: keys.map((key) => labelValue(labels, key) ?? `no ${key}`).join(" · "),
    labels: Object.fromEntries(shown),
    canOpen: true,
  };
}
