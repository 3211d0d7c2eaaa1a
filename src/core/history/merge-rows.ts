import type { HistoryRow } from "./history-row.ts";

/** Strongest evidence first. */
const EVIDENCE = ["syn", "database", "port", "unknown"];

/** Puts rows of several files of one day together, file by file. */
export interface RowMerger {
  add(rows: Iterable<HistoryRow>): void;
  /** How many rows there are by now. */
  readonly size: number;
  /** All of them, in an order that does not depend on that of the input. */
  rows(): readonly HistoryRow[];
}

/**
 * Makes rows of several files of one day one generation: an object once, flows that differ in nothing but their object
 * added up. The order of the input makes no difference. What only some of the flows carry is not added to what others
 * lack: a sum over a part would look like the whole.
 */
export function rowMerger(generation: number): RowMerger {
  const objects = new Map<string, HistoryRow>();
  const flows = new Map<string, HistoryRow>();
  const inOrder = (of: ReadonlyMap<string, HistoryRow>): readonly HistoryRow[] =>
    [...of].sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, row]) => row);
  return {
    add: (rows) => {
      for (const row of rows) {
        if (row.rowKind === "object") objects.set(row.objectDigest ?? "", { ...row, generation });
        else {
          const key = flowKey(row);
          flows.set(key, added(flows.get(key), row, generation));
        }
      }
    },
    get size() {
      return objects.size + flows.size;
    },
    rows: () => [...inOrder(objects), ...inOrder(flows)],
  };
}

/** The same of all rows at once. */
export function mergeRows(rows: Iterable<HistoryRow>, generation: number): readonly HistoryRow[] {
  const merger = rowMerger(generation);
  merger.add(rows);
  return merger.rows();
}

/** Begins with what questions narrow by, so that equal values lie together in the file. */
const flowKey = (r: HistoryRow): string =>
  [
    r.databaseArn,
    r.consumer,
    r.provider,
    r.port,
    r.protocol,
    r.action,
    r.databaseSide,
    r.flowLog,
    r.packets === undefined,
    r.bytes === undefined,
    r.hourStart,
  ].join("\u0000");

function added(sum: HistoryRow | undefined, row: HistoryRow, generation: number): HistoryRow {
  const { objectDigest: _, ...flow } = row;
  if (sum === undefined) return { ...flow, generation };
  return {
    ...sum,
    records: sum.records + row.records,
    ...(sum.packets === undefined ? {} : { packets: sum.packets + (row.packets ?? 0) }),
    ...(sum.bytes === undefined ? {} : { bytes: sum.bytes + (row.bytes ?? 0) }),
    firstSeen: Math.min(sum.firstSeen ?? Number.POSITIVE_INFINITY, row.firstSeen ?? Number.POSITIVE_INFINITY),
    lastSeen: Math.max(sum.lastSeen ?? 0, row.lastSeen ?? 0),
    ...stronger(sum.orientedBy, row.orientedBy),
  };
}

function stronger(a: string | undefined, b: string | undefined): Pick<HistoryRow, "orientedBy"> {
  const best = EVIDENCE.find((evidence) => evidence === a || evidence === b);
  return best === undefined ? {} : { orientedBy: best };
}
