import type { HistoryRow } from "../../core/history/history-row.ts";
import { HISTORY_COLUMNS } from "../../core/history/history-schema.ts";
import { type Cell, type ParquetCells, parquetCells } from "./parquet-cells.ts";

const NAMES = HISTORY_COLUMNS.map(({ name }) => name);

/**
 * The rows of a file that {@link rowsParquet} made.
 *
 * @throws Error when the file is damaged or is none of the history
 */
export async function parquetRows(bytes: Uint8Array): Promise<readonly HistoryRow[]> {
  return rowsOfCells(await parquetCells(bytes, NAMES), NAMES);
}

/** Rows by their cells; those of other columns are absent. @throws RangeError for a row of another kind */
export function rowsOfCells(cells: ParquetCells, names: readonly string[]): readonly HistoryRow[] {
  const columns = HISTORY_COLUMNS.filter(({ name }) => names.includes(name));
  const rows: HistoryRow[] = [];
  for (let at = 0; at < cells.rows; at += 1) {
    const row: Record<string, Cell> = {};
    for (const { name, key } of columns) {
      const cell = cells.cell(name, at);
      // A cell without a value is absent here.
      if (cell !== undefined) row[key] = cell;
    }
    if (row.rowKind !== "flow" && row.rowKind !== "object")
      throw new RangeError(`A row of the kind "${row.rowKind}"`);
    rows.push(row as unknown as HistoryRow);
  }
  return rows;
}

/**
 * Digests of the objects that a file counts.
 *
 * @throws Error like {@link parquetRows}
 */
export async function countedObjects(bytes: Uint8Array): Promise<ReadonlySet<string>> {
  const cells = await parquetCells(bytes, ["row_kind", "object_digest"]);
  const digests = new Set<string>();
  for (let at = 0; at < cells.rows; at += 1) {
    const digest = cells.cell("object_digest", at);
    if (typeof digest === "string" && cells.cell("row_kind", at) === "object") digests.add(digest);
  }
  return digests;
}
