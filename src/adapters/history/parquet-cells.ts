import { type FileMetaData, parquetMetadata, parquetRead } from "hyparquet";
import { HISTORY_COLUMNS, type HistoryColumn } from "../../core/history/history-schema.ts";
import { inflateSnappy } from "../aws/inflate-snappy.ts";

/** A cell of a file of the history; whole numbers are numbers, whatever their width. */
export type Cell = string | number | undefined;

/** Columns of a file by their name, each with a cell a row. */
export interface ParquetCells {
  readonly rows: number;
  cell(name: string, row: number): Cell;
}

/** Cells of one column, one after another. */
export interface Chunk {
  /** The first of them. */
  readonly rowStart: number;
  readonly data: ArrayLike<unknown>;
}

/**
 * Some columns of a file that Moat made. Column by column, because an object a cell would take ten times the memory.
 *
 * @throws Error when the file is damaged, or is none of the history
 */
export async function parquetCells(bytes: Uint8Array, names: readonly string[]): Promise<ParquetCells> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const chunks = new Map<string, Chunk[]>();
  await parquetRead({
    file,
    metadata,
    compressors: { SNAPPY: inflateSnappy },
    columns: presentColumns(metadata, names),
    onChunk: ({ columnName, columnData, rowStart }) => {
      const known = chunks.get(columnName) ?? [];
      known.push({ rowStart, data: columnData });
      chunks.set(columnName, known);
    },
  });
  return cellsOf(Number(metadata.num_rows), chunks);
}

/** Columns of the file among those that are asked for. @throws RangeError when one is missing that each file has */
export function presentColumns(metadata: FileMetaData, names: readonly string[]): string[] {
  const there = new Set(metadata.schema.map(({ name }) => name));
  const missing = HISTORY_COLUMNS.find(({ name, nullable }) => !nullable && !there.has(name));
  if (missing !== undefined) throw new RangeError(`It has no column "${missing.name}"`);
  return names.filter((name) => there.has(name));
}

/** Cells of some rows, by the chunks that were read of their columns. */
export function cellsOf(rows: number, chunks: ReadonlyMap<string, readonly Chunk[]>): ParquetCells {
  const columns = new Map(
    HISTORY_COLUMNS.flatMap((column) => {
      const read = chunks.get(column.name)?.toSorted((a, b) => a.rowStart - b.rowStart);
      return read === undefined ? [] : [[column.name, readerOf(column, read)] as const];
    }),
  );
  return { rows, cell: (name, row) => columns.get(name)?.(row) };
}

/** Reads cells of a column, each row not before the last. */
function readerOf(column: HistoryColumn, chunks: readonly Chunk[]): (row: number) => Cell {
  let at = 0;
  return (row) => {
    if ((chunks[at]?.rowStart ?? 0) > row) at = 0;
    while ((chunks[at + 1]?.rowStart ?? Number.POSITIVE_INFINITY) <= row) at += 1;
    const chunk = chunks[at];
    return chunk === undefined ? undefined : checked(column, chunk.data[row - chunk.rowStart]);
  };
}

function checked({ name, type, nullable }: HistoryColumn, cell: unknown): Cell {
  if (cell === null || cell === undefined) {
    if (nullable) return undefined;
    throw new RangeError(`A row has no "${name}"`);
  }
  const plain = typeof cell === "bigint" ? Number(cell) : cell;
  if (type === "varchar" ? typeof plain === "string" : Number.isSafeInteger(plain)) return plain as Cell;
  throw new RangeError(`A cell of the column "${name}" is no ${type}`);
}
