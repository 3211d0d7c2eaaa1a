import type { MapNode } from "./map-node.ts";
import type { MapSort } from "./map-state.ts";
import { urgencyOf } from "./sort-links.ts";
import type { MapLink, TrafficMap } from "./traffic-map.ts";

/** A row of the matrix: a consumer, and what is told of it before its cells. */
export interface MatrixRow {
  readonly node: MapNode;
  /** Seconds since 1970, UTC, of the newest record of its links; 0 where none has a time. */
  readonly last: number;
  /** Its links, by the id of the database. */
  readonly cells: ReadonlyMap<string, readonly MapLink[]>;
}

/** The rows of the matrix in an order; without one in that of the map. */
export function matrixRows(
  { consumers, links }: TrafficMap,
  sort: MapSort | undefined,
): readonly MatrixRow[] {
  const byConsumer = Map.groupBy(links, ({ consumer }) => consumer);
  const rows = consumers
    .filter((node) => !node.open)
    .map((node): MatrixRow => {
      const own = byConsumer.get(node.id) ?? [];
      return {
        node,
        last: own.reduce((most, { last }) => Math.max(most, last), 0),
        cells: Map.groupBy(own, ({ database }) => database),
      };
    });
  const compare = sort === undefined ? undefined : orderBy(sort.by);
  if (compare === undefined || sort === undefined) return rows;
  return rows.toSorted((a, b) => (sort.descending ? compare(b, a) : compare(a, b)));
}

function orderBy(by: MapSort["by"]): ((a: MatrixRow, b: MatrixRow) => number) | undefined {
  if (by === "consumer") return (a, b) => compareTexts(a.node.title, b.node.title);
  if (by === "pairs") return (a, b) => a.node.links - b.node.links;
  if (by === "last") return (a, b) => a.last - b.last;
  return by.startsWith("to:") ? byCell(by.slice("to:".length)) : undefined;
}

/** Empty cells come before all others, then the less urgent ones, then those of fewer connections. */
function byCell(database: string) {
  const weight = ({ cells }: MatrixRow): number => {
    const links = cells.get(database) ?? [];
    const urgency = links.reduce((most, { says }) => Math.max(most, urgencyOf(says)), 0);
    return urgency * 2 ** 32 + links.reduce((sum, { pairs }) => sum + pairs, 0);
  };
  return (a: MatrixRow, b: MatrixRow): number => weight(a) - weight(b);
}

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
