import type { HistoryRow } from "../../core/history/history-row.ts";
import { mergeRows } from "../../core/history/merge-rows.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { compactedPath, type DayFile, dayFile } from "./day-file.ts";
import type { HistoryStore, StoredFile } from "./history-store.ts";
import { parquetRows } from "./parquet-rows.ts";
import { rowsParquet } from "./rows-parquet.ts";

export interface CompactOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * Milliseconds for which files stay that a newer one counts already: whoever began to read before the newer one was
   * there still finds them.
   */
  readonly graceMs: number;
}

/** What was done. Counts are files. */
export interface CompactReport {
  readonly compacted: number;
  readonly removed: number;
  /** Days that somebody else compacted at the same time. */
  readonly lost: number;
}

type Listed = DayFile & StoredFile;

/**
 * Makes one file of each day's many. Several may do so at once, together with writers, and may die at any point: of the
 * files of one generation the first stands, only the newest generation counts, and nothing is removed but what the
 * newest generation counts.
 */
export async function compactHistory(store: HistoryStore, options: CompactOptions): Promise<CompactReport> {
  let compacted = 0;
  let removed = 0;
  let lost = 0;
  for (const [folder, files] of await daysOf(store, "")) {
    const made = await compactDay(store, folder, files);
    if (made === "made") compacted += 1;
    if (made === "lost") lost += 1;
    removed += await sweepDay(store, folder, options);
  }
  return { compacted, removed, lost };
}

/** Removes the days before one (`2026-08-15`); answers how many files that were. */
export async function expireHistory(store: HistoryStore, before: string): Promise<number> {
  let removed = 0;
  for (const files of (await daysOf(store, "")).values()) {
    // Files of one object first: without the compacted one they would count again.
    for (const { path, day } of files.toSorted((a, b) => a.generation - b.generation)) {
      if (day >= before) continue;
      await store.remove(path);
      removed += 1;
    }
  }
  return removed;
}

async function daysOf(store: HistoryStore, prefix: string): Promise<ReadonlyMap<string, readonly Listed[]>> {
  const files = (await store.list(prefix)).flatMap((file) => {
    const known = dayFile(file.path);
    return known === undefined ? [] : [{ ...known, ...file }];
  });
  return Map.groupBy(files, ({ folder }) => folder);
}

const newestOf = (files: readonly Listed[]): number => Math.max(0, ...files.map((f) => f.generation));

async function compactDay(
  store: HistoryStore,
  folder: string,
  files: readonly Listed[],
): Promise<"made" | "lost" | "nothing"> {
  const newest = newestOf(files);
  const base = newest === 0 ? [] : await rowsOf(store, compactedPath(folder, newest));
  // Swept by a newer generation than the one that was listed.
  if (base === undefined) return "lost";
  const counted = countedIn(base);
  const fresh = files.filter(({ digest }) => digest !== undefined && !counted.has(digest));
  if (fresh.length === 0 || (newest > 0 && base.length === 0)) return "nothing";
  const rows: HistoryRow[] = [...base];
  for (const { path } of fresh) {
    const more = await rowsOf(store, path);
    if (more === undefined) return "lost";
    for (const row of more) rows.push(row);
  }
  const bytes = rowsParquet(mergeRows(rows, newest + 1));
  return (await store.putNew(compactedPath(folder, newest + 1), bytes)) ? "made" : "lost";
}

/** Removes what the newest generation counts, by what is there now: others may have been at work. */
async function sweepDay(store: HistoryStore, folder: string, options: CompactOptions): Promise<number> {
  const files = (await daysOf(store, `${folder}/`)).get(folder) ?? [];
  const newest = newestOf(files);
  const newestFile = files.find(({ generation }) => generation === newest);
  if (newest === 0 || newestFile === undefined || files.length === 1) return 0;
  if (options.now - newestFile.modified < options.graceMs) return 0;
  const base = await rowsOf(store, newestFile.path);
  if (base === undefined) return 0;
  const counted = countedIn(base);
  const done = files.filter(({ generation, digest }) =>
    digest === undefined ? generation < newest : counted.has(digest),
  );
  for (const { path } of done) await store.remove(path);
  return done.length;
}

const countedIn = (rows: readonly HistoryRow[]): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => (row.rowKind === "object" ? (row.objectDigest ?? []) : [])));

async function rowsOf(store: HistoryStore, path: string): Promise<readonly HistoryRow[] | undefined> {
  const bytes = await store.read(path);
  if (bytes === undefined) return undefined;
  try {
    return await parquetRows(bytes);
  } catch (error) {
    throw new HistoryFault(
      `"${path}" of ${store.name} is damaged`,
      error instanceof Error ? error.message : "It cannot be read as Parquet",
      "Remove it and ingest the flow logs of that day again",
      { cause: error },
    );
  }
}
