import { historyRows } from "../../core/history/history-row.ts";
import type { FlowHistoryWriter } from "../../ports/flow-history.ts";
import { dayFolder, objectPath } from "./day-file.ts";
import type { HistoryStore } from "./history-store.ts";
import { rowsParquet } from "./rows-parquet.ts";

/**
 * Keeps summaries in a store: one file an object and day, whose path and content depend on the object alone, so that
 * writing it again, by whomever, changes nothing.
 */
export function historyWriter(store: HistoryStore): FlowHistoryWriter {
  return {
    add: async (object, summaries) => {
      for (const [day, rows] of historyRows(object, summaries)) {
        const folder = dayFolder(object.account, object.region, day);
        await store.put(objectPath(folder, object.digest), rowsParquet(rows));
      }
    },
  };
}
