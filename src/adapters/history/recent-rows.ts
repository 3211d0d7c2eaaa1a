import type { HistoryRow } from "../../core/history/history-row.ts";
import { utcDay } from "../../core/history/utc-day.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { sideBySide } from "../aws/side-by-side.ts";
import { compactedPath } from "./day-file.ts";
import type { HistoryStore } from "./history-store.ts";
import { parquetRows } from "./parquet-rows.ts";
import { readWith } from "./read-with.ts";
import { type ListedFile, storedDays } from "./stored-days.ts";

/** What a history tells of one account and region, from the beginning of a day on. */
export interface RecentRows {
  readonly rows: readonly HistoryRow[];
  /** The latest moment, in seconds since 1970, at which something was seen or written; absent when there is nothing. */
  readonly latest?: number;
}

const AT_ONCE = 16;
/** Whoever compacts removes what a newer file counts, so that a file may go while it is asked for. */
const TRIES = 3;

/**
 * Reads the rows of one account and region since the day of a moment, each object once. Other than the questions of
 * `FlowHistory` it needs no engine, so that a function can ask it; it holds all rows in memory.
 *
 * @param span seconds since 1970, both days included
 * @throws HistoryFault when a file is damaged or will not stay · AwsFault when the store does not answer
 */
export async function recentRows(
  store: HistoryStore,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  { since, until }: { readonly since: number; readonly until: number },
): Promise<RecentRows> {
  const days = await storedDays(store, `account=${accountId}/region=${region}/`);
  const [first, last] = [utcDay(since), utcDay(until)];
  const wanted = [...days.keys()].filter((folder) => {
    const day = folder.slice(-first.length);
    return day >= first && day <= last;
  });
  const parts = await Promise.all(wanted.map((folder) => dayRows(store, folder)));
  const rows = parts.flatMap((part) => part.rows);
  const latest = parts.reduce((max, part) => Math.max(max, part.latest), 0);
  return { rows, ...(latest === 0 ? {} : { latest }) };
}

interface DayRows {
  readonly rows: readonly HistoryRow[];
  readonly latest: number;
}

async function dayRows(store: HistoryStore, folder: string): Promise<DayRows> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const files = (await storedDays(store, `${folder}/`)).get(folder) ?? [];
    const rows = await rowsOfFiles(store, folder, files);
    if (rows !== undefined) return { rows, latest: latestOf(rows, files) };
  }
  throw new HistoryFault(
    `The files of ${folder} in ${store.name} changed ${TRIES} times while they were read`,
    "Somebody compacts or expires them again and again",
    "Nothing, if the next run can read them",
  );
}

/** `undefined` when a file went in between. */
async function rowsOfFiles(
  store: HistoryStore,
  folder: string,
  files: readonly ListedFile[],
): Promise<readonly HistoryRow[] | undefined> {
  const newest = Math.max(0, ...files.map(({ generation }) => generation));
  const base = newest === 0 ? [] : await readWith(store, compactedPath(folder, newest), parquetRows);
  if (base === undefined) return undefined;
  const counted = new Set(base.flatMap((row) => (row.rowKind === "object" ? (row.objectDigest ?? []) : [])));
  const rows = [...base];
  let isGone = false;
  const fresh = files.filter(({ digest }) => digest !== undefined && !counted.has(digest));
  await sideBySide(fresh, AT_ONCE, async ({ path }) => {
    const some = await readWith(store, path, parquetRows);
    if (some === undefined) isGone = true;
    else rows.push(...some);
  });
  return isGone ? undefined : rows;
}

/** A flow log without traffic is delivered, too: then the moment of its file tells that it came. */
function latestOf(rows: readonly HistoryRow[], files: readonly ListedFile[]): number {
  const seen = rows.reduce((max, { lastSeen = 0 }) => Math.max(max, lastSeen), 0);
  const written = files.map(({ digest, modified }) => (digest === undefined ? 0 : modified / 1000));
  return written.reduce((max, at) => Math.max(max, Math.floor(at)), seen);
}
