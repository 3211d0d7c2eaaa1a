import type { HistoryObject, Summary } from "./summary.ts";
import { utcDay } from "./utc-day.ts";

/**
 * One row of a file of the history. A row of kind `flow` says who talked to whom in one hour; a row of kind `object`
 * says that a flow-log object is counted in this file. Fields that a kind or a log format lacks are absent.
 */
export interface HistoryRow {
  readonly rowKind: "flow" | "object";
  /** 0 in a file of one object; n in the file that the n-th compaction of the day made. */
  readonly generation: number;
  /** Absent in the flows of a compacted file, which are sums over objects. */
  readonly objectDigest?: string;
  readonly flowLog?: string;
  /** Seconds since 1970, UTC, like every time here. */
  readonly hourStart: number;
  readonly databaseArn?: string;
  readonly databaseSide?: string;
  readonly consumer?: string;
  readonly provider?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly action?: string;
  readonly orientedBy?: string;
  readonly records: number;
  readonly packets?: number;
  readonly bytes?: number;
  readonly firstSeen?: number;
  readonly lastSeen?: number;
  readonly noData?: number;
  readonly skipData?: number;
  readonly malformed?: number;
  /** 1 for an object that was read to its end, else 0. */
  readonly complete?: number;
}

const HOUR = 3600;

/**
 * The rows of one object by UTC day. Each day's rows begin with the object itself. A function of the object alone, so
 * that the rows of a second delivery are the same. An object that holds no flow and whose name tells no time has none.
 */
export function historyRows(
  object: HistoryObject,
  summaries: readonly Summary[],
): ReadonlyMap<string, readonly HistoryRow[]> {
  const { slotStart } = object;
  const first = slotStart ?? summaries.reduce((min, s) => Math.min(min, s.hour), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(first)) return new Map();
  const self = objectRow(object, first - (first % HOUR));
  const days = Map.groupBy(summaries, (s) => utcDay(s.hour));
  if (days.size === 0) days.set(utcDay(first), []);
  return new Map([...days].map(([day, flows]) => [day, [self, ...flows.map((s) => flowRow(object, s))]]));
}

function objectRow(object: HistoryObject, hourStart: number): HistoryRow {
  const { digest, flowLog, records, noData, skipData, malformed, complete } = object;
  return {
    rowKind: "object",
    generation: 0,
    objectDigest: digest,
    ...(flowLog === undefined ? {} : { flowLog }),
    hourStart,
    records,
    noData,
    skipData,
    malformed,
    complete: complete ? 1 : 0,
  };
}

function flowRow({ digest, flowLog }: HistoryObject, { hour, ...flow }: Summary): HistoryRow {
  return {
    rowKind: "flow",
    generation: 0,
    objectDigest: digest,
    ...(flowLog === undefined ? {} : { flowLog }),
    hourStart: hour,
    ...flow,
  };
}
