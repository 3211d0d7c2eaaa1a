import { labelGroups, labelValue } from "./label-groups.ts";
import type { MapConsumer, MapData, MapLabels } from "./map-data.ts";
import type { MapState } from "./map-state.ts";
import { recent } from "./recent.ts";
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
  const groups = state.consumersBy.length > 0 ? groupsOf(data, "c", state.consumersBy) : undefined;
  return sideOf(groups, state.open, data.consumers, (building, consumer, parent) =>
    consumerNode(building, data, consumer, parent),
  );
}

/** The databases as nodes: group, and where it is open its databases. */
export function databaseSide(data: MapData, state: MapState): Side {
  const groups = state.databasesBy.length > 0 ? groupsOf(data, "d", state.databasesBy) : undefined;
  return sideOf(groups, state.open, data.databases, (building, { id, arn, labels }, parent) =>
    building.node({
      id: `d:${arn}`,
      kind: "database",
      title: id,
      labels,
      ...(parent === undefined ? {} : { parent }),
      canOpen: false,
    }),
  );
}

/**
 * The groups, and what is within those that are open; all of it where there are no groups.
 *
 * @param within makes the node of one end, below a group
 */
function sideOf<End>(
  groups: Groups | undefined,
  open: readonly string[],
  ends: readonly End[],
  within: (building: Building, end: End, parent: number | undefined) => number,
): Side {
  const building = newSide(open);
  if (groups === undefined) {
    return {
      nodeOf: Int32Array.from(ends, (end) => within(building, end, undefined)),
      nodes: building.nodes,
    };
  }
  for (const group of groups.nodes) building.node(group);
  // Most groups are closed most of the time; then who is in them is known already.
  if (!building.nodes.some((group) => group.open)) return { nodes: building.nodes, nodeOf: groups.groupOf };
  const nodeOf = groups.groupOf.map((group, at) => {
    const end = ends[at];
    return end !== undefined && building.isOpen(group) ? within(building, end, group) : group;
  });
  return { nodes: building.nodes, nodeOf };
}

interface Groups {
  readonly nodes: readonly NewNode[];
  /** By consumer or database: its position in `nodes`. */
  readonly groupOf: Int32Array;
}

/** Groupings by keys that are kept for each data. */
const MOST_GROUPINGS = 32;

/** Groups by the keys that they were made of: opening one makes no other anew. */
const knownGroups = remembered((_: MapData) => recent<Groups>(MOST_GROUPINGS));

const groupsOf = (data: MapData, side: "c" | "d", keys: readonly string[]): Groups =>
  knownGroups(data).of(JSON.stringify([side, keys]), () =>
    side === "c" ? consumerGroups(data, keys) : databaseGroups(data, keys),
  );

function consumerGroups({ consumers, workloads }: MapData, keys: readonly string[]): Groups {
  const groupOfWorkload = labelGroups(workloads, keys);
  const lists = new Map<string | undefined, number>();
  // Below 0 those without a workload, by their IP list.
  const numberOf = ({ workload: at, ipList }: MapConsumer): number => {
    if (at !== undefined && workloads[at] !== undefined) return groupOfWorkload[at] ?? 0;
    const list = lists.get(ipList) ?? lists.size;
    if (list === lists.size) lists.set(ipList, list);
    return -1 - list;
  };
  return grouped(consumers, consumers.map(numberOf), ({ workload: at, ipList }) => {
    const labels = at === undefined ? undefined : workloads[at]?.labels;
    return labels === undefined ? strangers(ipList) : labelGroup("c", labels, keys);
  });
}

const databaseGroups = ({ databases }: MapData, keys: readonly string[]): Groups =>
  grouped(databases, labelGroups(databases, keys), ({ labels }) => labelGroup("d", labels, keys));

/** Groups in the order in which their first members come. */
function grouped<End>(ends: readonly End[], numbers: ArrayLike<number>, make: (end: End) => NewNode): Groups {
  const nodes: NewNode[] = [];
  const positions = new Map<number, number>();
  const groupOf = Int32Array.from(ends, (end, at) => {
    const number = numbers[at] ?? 0;
    const before = positions.get(number);
    if (before !== undefined) return before;
    positions.set(number, nodes.length);
    return nodes.push(make(end)) - 1;
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
