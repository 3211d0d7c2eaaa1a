import { type DayFile, dayFile } from "./day-file.ts";
import type { HistoryStore, StoredFile } from "./history-store.ts";

/** A file of a day of the history, as it lies in the store. */
export type ListedFile = DayFile & StoredFile;

/**
 * The history's files whose path begins with the prefix, by the folder of their day. Other files are left out.
 *
 * @param after only files behind this path
 */
export async function storedDays(
  store: HistoryStore,
  prefix: string,
  after?: string,
): Promise<ReadonlyMap<string, readonly ListedFile[]>> {
  const files = (await store.list(prefix, after)).flatMap((file) => {
    const known = dayFile(file.path);
    return known === undefined ? [] : [{ ...known, ...file }];
  });
  return Map.groupBy(files, ({ folder }) => folder);
}
