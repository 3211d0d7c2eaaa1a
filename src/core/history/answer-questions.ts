import type { HistoryRange } from "./consumers-query.ts";
import type { DatabaseLog, HistoryConsumer, LogHour } from "./history-answers.ts";
import type { HistoryRow } from "./history-row.ts";
import type { HistorySpan } from "./live-rows.ts";
import { wasServed } from "./served.ts";

/** Adds up who talked to whom, row by row, so that no more than the answer is held. */
export interface ConsumerSums {
  /** Adds a row, if the range asks for it. */
  add(row: HistoryRow): void;
  /** The answer, as `consumersQuery` gives it. */
  answer(): readonly HistoryConsumer[];
}

/** Answers what `consumersQuery` asks, of rows of which each object counts once. */
export function consumerSums(range: HistoryRange): ConsumerSums {
  const arns = range.databaseArns === undefined ? undefined : new Set(range.databaseArns);
  const sums = new Map<string, HistoryConsumer>();
  return {
    add: (row) => {
      if (!isAsked(row, range, arns)) return;
      const key = [
        ...[row.databaseArn, row.databaseSide, row.consumer, row.provider],
        ...[row.port, row.protocol, row.action],
      ].join("\u0000");
      sums.set(key, added(sums.get(key), row));
    },
    answer: () => [...sums.values()].sort(inOrder),
  };
}

function isAsked(row: HistoryRow, range: HistoryRange, arns: ReadonlySet<string> | undefined): boolean {
  const { consumer, served = false } = range;
  if (row.rowKind !== "flow") return false;
  if (arns !== undefined && !arns.has(row.databaseArn ?? "")) return false;
  if (consumer !== undefined && row.consumer !== consumer) return false;
  return liesIn(row, range) && (!served || wasServed(row));
}

/** As in SQL, a time that is absent lies in no span. */
function liesIn({ firstSeen, lastSeen }: HistoryRow, { since, until }: HistorySpan): boolean {
  if (since !== undefined && (lastSeen === undefined || lastSeen < Math.floor(since))) return false;
  return until === undefined || (firstSeen !== undefined && firstSeen < Math.floor(until));
}

function added(sum: HistoryConsumer | undefined, row: HistoryRow): HistoryConsumer {
  const { databaseArn = "", databaseSide = "", consumer = "", provider = "", port, protocol, action } = row;
  const { firstSeen = Number.POSITIVE_INFINITY, lastSeen = 0 } = row;
  return {
    databaseArn,
    databaseSide,
    consumer,
    provider,
    ...(port === undefined ? {} : { port }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(action === undefined ? {} : { action }),
    records: (sum?.records ?? 0) + row.records,
    firstSeen: Math.min(sum?.firstSeen ?? Number.POSITIVE_INFINITY, firstSeen),
    lastSeen: Math.max(sum?.lastSeen ?? 0, lastSeen),
  };
}

function inOrder(a: HistoryConsumer, b: HistoryConsumer): number {
  return firstDifference([
    compared(a.databaseArn, b.databaseArn),
    compared(a.databaseSide, b.databaseSide),
    compared(a.consumer, b.consumer),
    compared(a.provider, b.provider),
    compared(a.port, b.port),
    compared(a.protocol, b.protocol),
    compared(a.action, b.action),
  ]);
}

const firstDifference = (comparisons: readonly number[]): number => comparisons.find((n) => n !== 0) ?? 0;

/** What is absent comes last. */
function compared<T extends string | number>(a: T | undefined, b: T | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  return b === undefined || a < b ? -1 : 1;
}

/** A row with the folders above its file. */
export interface PlacedRow extends HistoryRow {
  readonly account: string;
  readonly region: string;
}

/** Answers what `logHoursQuery` asks, of rows of which each object counts once a day that it lies under. */
export function logHoursOf(rows: Iterable<PlacedRow>, { since, until }: HistorySpan): readonly LogHour[] {
  const objects = new Map<string, PlacedRow>();
  for (const row of rows) {
    if (row.rowKind !== "object") continue;
    const key = [row.account, row.region, row.flowLog, row.objectDigest].join("\u0000");
    objects.set(key, sameObject(objects.get(key), row));
  }
  const hours = new Map<string, LogHour>();
  for (const object of objects.values()) {
    if (since !== undefined && object.hourStart < Math.floor(since / 3600) * 3600) continue;
    if (until !== undefined && object.hourStart >= Math.floor(until)) continue;
    const key = [object.account, object.region, object.flowLog, object.hourStart].join("\u0000");
    hours.set(key, withObject(hours.get(key), object));
  }
  return [...hours.values()].sort((a, b) =>
    firstDifference([
      compared(a.account, b.account),
      compared(a.region, b.region),
      compared(a.flowLog, b.flowLog),
      compared(a.hourStart, b.hourStart),
    ]),
  );
}

function sameObject(known: PlacedRow | undefined, row: PlacedRow): PlacedRow {
  if (known === undefined) return row;
  return {
    ...known,
    hourStart: Math.min(known.hourStart, row.hourStart),
    records: Math.max(known.records, row.records),
    skipData: Math.max(known.skipData ?? 0, row.skipData ?? 0),
    malformed: Math.max(known.malformed ?? 0, row.malformed ?? 0),
    complete: Math.min(known.complete ?? 0, row.complete ?? 0),
  };
}

function withObject(hour: LogHour | undefined, object: PlacedRow): LogHour {
  const { account, region, flowLog, hourStart } = object;
  return {
    account,
    region,
    ...(flowLog === undefined ? {} : { flowLog }),
    hourStart,
    objects: (hour?.objects ?? 0) + 1,
    records: (hour?.records ?? 0) + object.records,
    skipData: (hour?.skipData ?? 0) + (object.skipData ?? 0),
    malformed: (hour?.malformed ?? 0) + (object.malformed ?? 0),
    incomplete: (hour?.incomplete ?? 0) + (1 - (object.complete ?? 0)),
  };
}

/** Answers what `databaseLogsQuery` asks. */
export function databaseLogsOf(rows: Iterable<PlacedRow>): readonly DatabaseLog[] {
  const logs = new Map<string, DatabaseLog>();
  for (const { rowKind, databaseArn, account, region, flowLog } of rows) {
    if (rowKind !== "flow" || databaseArn === undefined) continue;
    const log = { databaseArn, account, region, ...(flowLog === undefined ? {} : { flowLog }) };
    logs.set([databaseArn, account, region, flowLog].join("\u0000"), log);
  }
  return [...logs.values()].sort((a, b) =>
    firstDifference([
      compared(a.databaseArn, b.databaseArn),
      compared(a.account, b.account),
      compared(a.region, b.region),
      compared(a.flowLog, b.flowLog),
    ]),
  );
}
