import { parquetWriteBuffer } from "hyparquet-writer";
import type { HistoryRow } from "../../core/history/history-row.ts";
import { HISTORY_COLUMNS } from "../../core/history/history-schema.ts";

const TYPES = { varchar: "STRING", integer: "INT32", bigint: "INT64" } as const;

/** Rows lie by database, so that whoever asks for one reads few groups. */
const ROWS_OF_A_GROUP = 10_000;

/** A file of fewer rows is read whole anyway: bounds of all columns would be a fifth of what one object's file takes. */
const ROWS_WITH_BOUNDS = 1_000;

/** Rows as a Parquet file, Snappy inside. The same rows always give the same bytes. */
export function rowsParquet(rows: readonly HistoryRow[]): Uint8Array {
  const columnData = HISTORY_COLUMNS.map(({ name, key, type, nullable }) => ({
    name,
    type: TYPES[type],
    nullable,
    statistics: rows.length >= ROWS_WITH_BOUNDS || key === "databaseArn",
    data: rows.map((row) => {
      const cell = row[key];
      return type === "bigint" && cell !== undefined ? BigInt(cell) : cell;
    }),
  }));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData,
      rowGroupSize: ROWS_OF_A_GROUP,
      // ARNs differ at their end only.
      statisticsTruncateLength: Number.POSITIVE_INFINITY,
    }),
  );
}
