import { parquetMetadataAsync, parquetRead, type RowGroup } from "hyparquet";
import { inflateSnappy } from "../aws/inflate-snappy.ts";
import { type Chunk, cellsOf, type ParquetCells, presentColumns } from "./parquet-cells.ts";

/** Bytes of a file, by its part: the end is not included. */
export interface FileParts {
  /** Of the whole file. */
  readonly size: number;
  part(start: number, end: number): Promise<Uint8Array>;
}

/** Which row groups are worth reading: by a column of text, and what that is to hold. */
export interface GroupFilter {
  readonly column: string;
  readonly values: readonly string[];
}

/** Read at once from the end: the directory of a file of ten row groups has half of that. */
const FOOTER_BYTES = 65_536;

/**
 * Some columns of a file of the history, row group by row group, fetching no more than the groups that may hold what
 * is wanted.
 *
 * @throws Error when the file is damaged, or is none of the history
 */
export async function* parquetGroups(
  { size, part }: FileParts,
  names: readonly string[],
  filter?: GroupFilter,
): AsyncGenerator<ParquetCells> {
  const tail = Math.max(0, size - FOOTER_BYTES);
  const parts = [{ start: tail, bytes: await part(tail, size) }];
  const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
    const known = parts.find((p) => p.start <= start && end <= p.start + p.bytes.length);
    const bytes =
      known === undefined
        ? await part(start, end)
        : known.bytes.subarray(start - known.start, end - known.start);
    if (bytes.length !== end - start) throw new RangeError("It is shorter than it was");
    return new Uint8Array(bytes).buffer;
  };
  const file = { byteLength: size, slice };
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES });
  const columns = presentColumns(metadata, names);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    if (mayHold(group, filter)) {
      const [start, end] = span(group);
      // The whole group at once: most of the time is waiting, and its columns lie side by side.
      if (start < tail) parts.splice(1, 1, { start, bytes: await part(start, end) });
      const chunks = new Map<string, Chunk[]>();
      await parquetRead({
        file,
        metadata,
        rowStart,
        rowEnd,
        compressors: { SNAPPY: inflateSnappy },
        columns,
        onChunk: ({ columnName, columnData, rowStart: at }) => {
          const known = chunks.get(columnName) ?? [];
          known.push({ rowStart: at - rowStart, data: columnData });
          chunks.set(columnName, known);
        },
      });
      yield cellsOf(rowEnd - rowStart, chunks);
    }
    rowStart = rowEnd;
  }
}

/** Bounds may be wider than what is there, never narrower; a group without any is read. */
function mayHold({ columns }: RowGroup, filter: GroupFilter | undefined): boolean {
  if (filter === undefined) return true;
  const meta = columns.find((c) => c.meta_data?.path_in_schema[0] === filter.column)?.meta_data;
  const { min_value: min, max_value: max } = meta?.statistics ?? {};
  if (typeof min !== "string" || typeof max !== "string") return true;
  return filter.values.some((value) => min <= value && value <= max);
}

/** Where the columns of a group begin and end. */
function span({ columns }: RowGroup): readonly [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const { meta_data: meta } of columns) {
    if (meta === undefined) continue;
    const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
    first = Math.min(first, start, Number(meta.data_page_offset));
    last = Math.max(last, start + Number(meta.total_compressed_size));
  }
  return [first, last];
}
