import { HistoryFault } from "../../ports/flow-history.ts";
import type { HistoryStore } from "./history-store.ts";

/** What a reader makes of a file; `undefined` when the file is gone. @throws HistoryFault when it is damaged */
export async function readWith<T>(
  store: HistoryStore,
  path: string,
  read: (bytes: Uint8Array) => Promise<T>,
): Promise<T | undefined> {
  const bytes = await store.read(path);
  if (bytes === undefined) return undefined;
  try {
    return await read(bytes);
  } catch (error) {
    throw new HistoryFault(
      `"${path}" of ${store.name} is damaged`,
      error instanceof Error ? error.message : "It cannot be read as Parquet",
      "Remove it and ingest the flow logs of that day again",
      { cause: error },
    );
  }
}
