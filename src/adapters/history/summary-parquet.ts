import { parquetWriteBuffer } from "hyparquet-writer";
import { HISTORY_COLUMNS } from "../../core/history/history-schema.ts";
import type { Summary } from "../../core/history/summary.ts";

const TYPES = { varchar: "STRING", integer: "INT32", bigint: "INT64" } as const;

/** Summaries of one object as a Parquet file, Snappy inside. The same summaries always give the same bytes. */
export function summaryParquet(summaries: readonly Summary[], objectDigest: string): Uint8Array {
  const columnData = HISTORY_COLUMNS.map(({ name, type, nullable, value }) => ({
    name,
    type: TYPES[type],
    nullable,
    data: summaries.map((summary) => {
      const cell = value(summary, objectDigest);
      return type === "bigint" && cell !== undefined ? BigInt(cell) : cell;
    }),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
