import {
  type ConsumerSums,
  consumerSums,
  databaseLogsOf,
  logHoursOf,
  type PlacedRow,
} from "../../core/history/answer-questions.ts";
import type { HistoryRange } from "../../core/history/consumers-query.ts";
import type { HistoryRow } from "../../core/history/history-row.ts";
import type { HistorySpan } from "../../core/history/live-rows.ts";
import { utcDay } from "../../core/history/utc-day.ts";
import { type FlowHistory, HistoryFault } from "../../ports/flow-history.ts";
import { sideBySide } from "../aws/side-by-side.ts";
import type { HistoryStore } from "./history-store.ts";
import { type GroupFilter, parquetGroups } from "./parquet-file.ts";
import { rowsOfCells } from "./parquet-rows.ts";
import { type ListedFile, storedDays } from "./stored-days.ts";

const CONSUMER_CELLS = [
  ...["row_kind", "database_arn", "database_side", "consumer", "provider", "port", "protocol", "action"],
  ...["records", "first_seen", "last_seen"],
];
const OBJECT_CELLS = [
  ...["row_kind", "object_digest", "flow_log", "hour_start", "records", "skip_data", "malformed", "complete"],
];
const LOG_CELLS = ["row_kind", "flow_log", "database_arn"];

/** Days, and files of one, that are read at once: most of the time is waiting. */
const DAYS_AT_ONCE = 4;
const AT_ONCE = 16;
/** Folders that are listed at once. */
const LISTED_AT_ONCE = 8;
/** Times that a day is looked at again, when a compaction removed a file between listing and reading. */
const TRIES = 3;

export interface ParquetHistoryOptions {
  /** True once nothing more may be read: then the answer is a fault, never a part. */
  readonly isOver?: () => boolean;
}

/** What is read of each file. */
interface Reading {
  readonly cells: readonly string[];
  /** By the column `database_arn`. */
  readonly filter?: GroupFilter;
  /** Takes rows that count, of one file at a time. */
  readonly take: (rows: readonly HistoryRow[], file: ListedFile) => void;
}

/**
 * A history asked without an engine: its files are read where they lie, day by day, the columns and row groups that
 * the question needs. For where no engine can be, such as a function in the cloud. Rows are added up as they come, so
 * that memory is that of the answer and of a few row groups.
 */
export function parquetHistory(store: HistoryStore, options: ParquetHistoryOptions = {}): FlowHistory {
  const rowsOf = async (span: HistorySpan, cells: readonly string[]): Promise<readonly PlacedRow[]> => {
    const placed: PlacedRow[] = [];
    const take: Reading["take"] = (rows, { folder }) => {
      const place = placeOf(folder);
      for (const row of rows) placed.push({ ...row, ...place });
    };
    await readDays(store, span, { cells, take }, options);
    return placed;
  };
  return {
    name: store.name,
    consumers: async (range) => {
      const sums = consumerSums(range);
      await readDays(store, range, { ...consumerReading(range, sums) }, options);
      return sums.answer();
    },
    logHours: async (span) => logHoursOf(await rowsOf(span, OBJECT_CELLS), span),
    databaseLogs: async (span) => databaseLogsOf(await rowsOf(span, LOG_CELLS)),
    close: async () => {},
  };
}

function consumerReading({ databaseArns }: HistoryRange, sums: ConsumerSums): Reading {
  return {
    cells: CONSUMER_CELLS,
    ...(databaseArns === undefined ? {} : { filter: { column: "database_arn", values: databaseArns } }),
    take: (rows) => {
      for (const row of rows) sums.add(row);
    },
  };
}

function placeOf(folder: string): Pick<PlacedRow, "account" | "region"> {
  const [, account = "", region = ""] = /^account=([^/]+)\/region=([^/]+)\//.exec(folder) ?? [];
  return { account, region };
}

async function readDays(
  store: HistoryStore,
  span: HistorySpan,
  reading: Reading,
  options: ParquetHistoryOptions,
): Promise<void> {
  const days = await daysOf(store, span, options);
  await sideBySide([...days], DAYS_AT_ONCE, async ([folder, files]) => {
    await readDay(store, { folder, files }, reading, options);
  });
}

/** Files of the days of a span, in the folders that are asked for: those of other accounts are not even listed. */
async function daysOf(
  store: HistoryStore,
  { accounts, regions: wanted, since, until }: HistorySpan,
  options: ParquetHistoryOptions,
): Promise<ReadonlyMap<string, readonly ListedFile[]>> {
  const regions: string[] = [];
  check(store, options);
  const isAsked = (folder: string, values: readonly string[] | undefined): boolean =>
    values?.includes(folder.slice(folder.lastIndexOf("=") + 1, -1)) ?? true;
  const named = (await store.folders("")).filter((folder) => isAsked(folder, accounts));
  await sideBySide(named, LISTED_AT_ONCE, async (account) => {
    check(store, options);
    regions.push(...(await store.folders(account)).filter((folder) => isAsked(folder, wanted)));
  });
  const found = new Map<string, readonly ListedFile[]>();
  await sideBySide(regions.toSorted(), LISTED_AT_ONCE, async (region) => {
    check(store, options);
    const after = since === undefined ? undefined : `${region}day=${utcDay(since)}`;
    for (const [folder, files] of await storedDays(store, region, after))
      if (until === undefined || (files[0]?.day ?? "") <= utcDay(until)) found.set(folder, files);
  });
  return found;
}

interface Day {
  readonly folder: string;
  readonly files: readonly ListedFile[];
}

/** Reads a day whole: what it tells is taken only once every file of it was read. */
async function readDay(
  store: HistoryStore,
  day: Day,
  reading: Reading,
  options: ParquetHistoryOptions,
): Promise<void> {
  let { files } = day;
  for (let attempt = 1; ; attempt += 1) {
    const read = await readFiles(store, files, reading, options);
    if (read !== undefined) {
      for (const [file, rows] of read) reading.take(rows, file);
      return;
    }
    if (attempt === TRIES) throw changing(store, day.folder);
    files = (await storedDays(store, `${day.folder}/`)).get(day.folder) ?? [];
  }
}

/**
 * Of the compacted files the newest counts, and a file of one object only while that does not count the object too.
 *
 * @returns `undefined` when a file is gone: a newer one counts what it held
 */
async function readFiles(
  store: HistoryStore,
  files: readonly ListedFile[],
  reading: Reading,
  options: ParquetHistoryOptions,
): Promise<readonly (readonly [ListedFile, readonly HistoryRow[]])[] | undefined> {
  const newest = files.reduce((max, { generation }) => Math.max(max, generation), 0);
  const small = files.filter(({ digest }) => digest !== undefined);
  const compacted = files.find(({ generation }) => generation > 0 && generation === newest);
  const counted = await countedBy(store, small.length === 0 ? undefined : compacted, options);
  if (counted === undefined) return undefined;
  const counting = small.filter(({ digest = "" }) => !counted.has(digest));
  if (compacted !== undefined) counting.push(compacted);
  let isGone = false;
  const read: (readonly [ListedFile, readonly HistoryRow[]])[] = [];
  await sideBySide(counting, AT_ONCE, async (file) => {
    const rows = isGone ? undefined : await fileRows(store, file, reading, options);
    if (rows === undefined) isGone = true;
    else read.push([file, rows]);
  });
  return isGone ? undefined : read;
}

/** Digests of the objects that a compacted file counts; none without a file, `undefined` when it is gone. */
async function countedBy(
  store: HistoryStore,
  file: ListedFile | undefined,
  options: ParquetHistoryOptions,
): Promise<ReadonlySet<string> | undefined> {
  if (file === undefined) return new Set();
  const rows = await fileRows(store, file, { cells: ["row_kind", "object_digest"] }, options);
  return rows && new Set(rows.flatMap((row) => (row.rowKind === "object" ? (row.objectDigest ?? []) : [])));
}

/** `undefined` when the file is gone. */
async function fileRows(
  store: HistoryStore,
  { path, size }: ListedFile,
  { cells, filter }: Pick<Reading, "cells" | "filter">,
  options: ParquetHistoryOptions,
): Promise<readonly HistoryRow[] | undefined> {
  let isGone = false;
  let fault: unknown;
  const part = async (start: number, end: number): Promise<Uint8Array> => {
    try {
      check(store, options);
      const bytes = await store.readPart(path, start, end);
      isGone ||= bytes === undefined;
      return bytes ?? new Uint8Array();
    } catch (error) {
      fault = error;
      throw error;
    }
  };
  const rows: HistoryRow[] = [];
  const wanted = filter === undefined ? undefined : new Set(filter.values);
  // What no question can want is not held until the day is read.
  const isWanted = ({ databaseArn = "" }: HistoryRow): boolean => wanted?.has(databaseArn) ?? true;
  try {
    for await (const group of parquetGroups({ size, part }, cells, filter))
      for (const row of rowsOfCells(group, cells)) if (isWanted(row)) rows.push(row);
    return rows;
  } catch (error) {
    if (fault !== undefined) throw fault;
    if (isGone) return undefined;
    throw damaged(store, path, error);
  }
}

function check(store: HistoryStore, { isOver }: ParquetHistoryOptions): void {
  if (isOver?.() !== true) return;
  throw new HistoryFault(
    `The history "${store.name}" takes longer to read than there is time`,
    "A part of it would look like the whole",
    'Run "moat history compact", or look at fewer days',
  );
}

const changing = (store: HistoryStore, folder: string): HistoryFault =>
  new HistoryFault(
    `"${folder}" of ${store.name} changes faster than it can be read`,
    `Files went away while they were read, ${TRIES} times`,
    "Run again when nobody compacts it",
  );

const damaged = (store: HistoryStore, path: string, error: unknown): HistoryFault =>
  new HistoryFault(
    `"${path}" of ${store.name} is damaged`,
    error instanceof Error ? error.message : "It cannot be read as Parquet",
    "Remove it and ingest the flow logs of that day again",
    { cause: error },
  );
