import { parquetReadObjects } from "hyparquet";
import { z } from "zod";
import type { HistoryRow } from "../../core/history/history-row.ts";
import { HISTORY_COLUMNS } from "../../core/history/history-schema.ts";

const Count = z.coerce.number().int();
const Row = z.object({
  rowKind: z.enum(["flow", "object"]),
  generation: Count,
  objectDigest: z.string().optional(),
  flowLog: z.string().optional(),
  hourStart: Count,
  databaseArn: z.string().optional(),
  databaseSide: z.string().optional(),
  consumer: z.string().optional(),
  provider: z.string().optional(),
  port: Count.optional(),
  protocol: z.string().optional(),
  action: z.string().optional(),
  orientedBy: z.string().optional(),
  records: Count,
  packets: Count.optional(),
  bytes: Count.optional(),
  firstSeen: Count.optional(),
  lastSeen: Count.optional(),
  noData: Count.optional(),
  skipData: Count.optional(),
  malformed: Count.optional(),
  complete: Count.optional(),
});

/**
 * The rows of a file that {@link rowsParquet} made.
 *
 * @throws Error when the file is damaged or is none of the history
 */
export async function parquetRows(bytes: Uint8Array): Promise<readonly HistoryRow[]> {
  const file = new Uint8Array(bytes).buffer;
  const cells: readonly Readonly<Record<string, unknown>>[] = await parquetReadObjects({ file });
  return cells.map((row) => Row.parse(named(row)) as HistoryRow);
}

/** A cell without a value is absent here. */
const named = (row: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    HISTORY_COLUMNS.flatMap(({ name, key }) => {
      const cell = row[name];
      return cell === null || cell === undefined ? [] : [[key, cell]];
    }),
  );
