import { sideBySide } from "../aws/side-by-side.ts";
import type { HistoryStore } from "./history-store.ts";
import { type ListedFile, storedDays } from "./stored-days.ts";

/** Files that are removed at once. */
const AT_ONCE = 16;

/**
 * Removes the days before one (`2026-08-15`), the oldest first; answers how many files that were. May be ended at any
 * point, by `isOver` or by death: what is left goes the next time.
 */
export async function expireHistory(
  store: HistoryStore,
  before: string,
  isOver: () => boolean = () => false,
): Promise<number> {
  let removed = 0;
  const remove = async ({ path }: ListedFile): Promise<void> => {
    if (isOver()) return;
    await store.remove(path);
    removed += 1;
  };
  const days = [...(await storedDays(store, "")).values()].filter(([file]) => (file?.day ?? before) < before);
  for (const files of days.toSorted((a, b) => ((a[0]?.day ?? "") < (b[0]?.day ?? "") ? -1 : 1))) {
    // Files of one object first: without the compacted one they would count again.
    for (const generation of [...new Set(files.map((f) => f.generation))].toSorted((a, b) => a - b))
      await sideBySide(
        files.filter((f) => f.generation === generation),
        AT_ONCE,
        remove,
      );
  }
  return removed;
}
