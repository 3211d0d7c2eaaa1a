import type { HistoryRow } from "../../core/history/history-row.ts";
import { type RowMerger, rowMerger } from "../../core/history/merge-rows.ts";
import { sideBySide } from "../aws/side-by-side.ts";
import { compactedPath } from "./day-file.ts";
import type { HistoryStore } from "./history-store.ts";
import { countedObjects, parquetRows } from "./parquet-rows.ts";
import { readWith } from "./read-with.ts";
import { rowsParquet } from "./rows-parquet.ts";
import { type ListedFile, storedDays } from "./stored-days.ts";

export interface CompactOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * Milliseconds for which files stay that a newer one counts already: whoever began to read before the newer one was
   * there still finds them.
   */
  readonly graceMs: number;
  /** True once nothing new may be begun. What was read by then is still written; the rest is for the next run. */
  readonly isOver?: () => boolean;
  /** Rows of one day that are held in memory at most; without it there is no limit. */
  readonly maxRows?: number;
}

/** What was done. Counts are files, each of a day. */
export interface CompactReport {
  readonly compacted: number;
  readonly removed: number;
  /** Days that somebody else compacted at the same time. */
  readonly lost: number;
  /** Days that the time was too short for. */
  readonly waiting: number;
  /** Folders of days with more rows than may be held. What is too much stays in its small files, and counts there. */
  readonly tooLarge: readonly string[];
}

type DayResult = "compacted" | "lost" | "waiting" | "tooLarge" | "nothing";

/** Files that are read, or removed, at once. */
const AT_ONCE = 16;
/** Files that are read before time and memory are looked at again. */
const CHUNK = 64;

/**
 * Makes one file of each day's many. Several may do so at once, together with writers, and may die at any point: of the
 * files of one generation the first stands, only the newest generation counts, and nothing is removed but what the
 * newest generation counts.
 */
export async function compactHistory(store: HistoryStore, options: CompactOptions): Promise<CompactReport> {
  const done = { compacted: 0, lost: 0, waiting: 0, tooLarge: 0, nothing: 0 };
  const tooLarge: string[] = [];
  let removed = 0;
  for (const [folder, files] of await storedDays(store, "")) {
    const made = options.isOver?.() === true ? "waiting" : await compactDay(store, folder, files, options);
    done[made] += 1;
    if (made === "tooLarge") tooLarge.push(folder);
    if (options.isOver?.() !== true) removed += await sweepDay(store, folder, files, made, options);
  }
  const { compacted, lost, waiting } = done;
  return { compacted, removed, lost, waiting, tooLarge };
}

const newestOf = (files: readonly ListedFile[]): number => Math.max(0, ...files.map((f) => f.generation));

async function compactDay(
  store: HistoryStore,
  folder: string,
  files: readonly ListedFile[],
  options: CompactOptions,
): Promise<DayResult> {
  // A day of one file, or of compacted ones only, has nothing to be put together.
  if (files.every(({ digest }) => digest === undefined)) return "nothing";
  const newest = newestOf(files);
  const base = newest === 0 ? [] : await rowsOf(store, compactedPath(folder, newest));
  // Swept by a newer generation than the one that was listed.
  if (base === undefined) return "lost";
  const counted = countedIn(base);
  const fresh = files.filter(({ digest }) => digest !== undefined && !counted.has(digest));
  if (fresh.length === 0 || (newest > 0 && base.length === 0)) return "nothing";
  const merger = rowMerger(newest + 1);
  merger.add(base);
  const gathered = await gather(store, merger, fresh, options);
  if (gathered === undefined) return "lost";
  if (gathered.files === 0) return gathered.end;
  const path = compactedPath(folder, newest + 1);
  return (await store.putNew(path, rowsParquet(merger.rows()))) ? gathered.end : "lost";
}

interface Gathered {
  /** Small files that are in the rows. */
  readonly files: number;
  readonly end: "compacted" | "waiting" | "tooLarge";
}

/** Adds small files to what is compacted already, as far as time and memory last; `undefined` when one is gone. */
async function gather(
  store: HistoryStore,
  merger: RowMerger,
  fresh: readonly ListedFile[],
  { isOver = () => false, maxRows = Number.POSITIVE_INFINITY }: CompactOptions,
): Promise<Gathered | undefined> {
  for (let files = 0; files < fresh.length; files += CHUNK) {
    if (merger.size >= maxRows) return { files, end: "tooLarge" };
    if (isOver()) return { files, end: "waiting" };
    let isGone = false;
    await sideBySide(fresh.slice(files, files + CHUNK), AT_ONCE, async ({ path }) => {
      const rows = await rowsOf(store, path);
      if (rows === undefined) isGone = true;
      else merger.add(rows);
    });
    if (isGone) return undefined;
  }
  return { files: fresh.length, end: "compacted" };
}

/** Removes what the newest generation counts, by what is there now: others may have been at work. */
async function sweepDay(
  store: HistoryStore,
  folder: string,
  listed: readonly ListedFile[],
  made: DayResult,
  options: CompactOptions,
): Promise<number> {
  if (made === "nothing" && listed.length === 1) return 0;
  const files = (await storedDays(store, `${folder}/`)).get(folder) ?? [];
  const newest = newestOf(files);
  const newestFile = files.find(({ generation }) => generation === newest);
  if (newest === 0 || newestFile === undefined || files.length === 1) return 0;
  if (options.now - newestFile.modified < options.graceMs) return 0;
  const counted = await readWith(store, newestFile.path, countedObjects);
  if (counted === undefined) return 0;
  const done = files.filter(({ generation, digest }) =>
    digest === undefined ? generation < newest : counted.has(digest),
  );
  await sideBySide(done, AT_ONCE, ({ path }) => store.remove(path));
  return done.length;
}

const countedIn = (rows: readonly HistoryRow[]): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => (row.rowKind === "object" ? (row.objectDigest ?? []) : [])));

const rowsOf = (store: HistoryStore, path: string): Promise<readonly HistoryRow[] | undefined> =>
  readWith(store, path, parquetRows);
