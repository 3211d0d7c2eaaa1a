import type { FileMetaData, RowGroup } from "hyparquet";
import { parquetMetadata } from "hyparquet/src/metadata.js";
import type { FlowColumn, FlowColumns } from "../../core/flow/flow-columns.ts";
import { packetField, readsField } from "../../core/flow/flow-format.ts";
import { fieldName } from "../../core/flow/known-fields.ts";
import { PagesAhead } from "./inflate-pages.ts";
import { ColumnChunk } from "./parquet-chunk.ts";
import { ColumnReader } from "./parquet-column.ts";

/** Bounds on what one Parquet file may ask for; its own numbers are not believed beyond them. */
export interface ParquetLimits {
  /** Most bytes of one page, decompressed. */
  readonly maxPage: number;
  /** Most rows of one row group, which is decoded at once. */
  readonly maxRows: number;
}

/** 64 MiB a page (writers aim at one) and 4 million rows a group. */
export const PARQUET_LIMITS: ParquetLimits = { maxPage: 64 * 1024 ** 2, maxRows: 4_000_000 };

/** At the end of a file: the length of its directory, and the magic word. */
const TAIL = 8;

/**
 * The rows of a Parquet flow log, one row group at a time, with the columns that conversations need. Codes of
 * dictionaries are handed on as they are: no text is made of a cell. What is handed on is only lent: the next group is
 * read into the same memory.
 *
 * @throws RangeError, or an Error of the format's library, where the file is damaged; earlier groups stand
 */
export async function* parquetRows(
  bytes: Uint8Array,
  limits: ParquetLimits = PARQUET_LIMITS,
): AsyncGenerator<FlowColumns> {
  const metadata = parquetMetadata(directoryOf(bytes));
  const names = metadata.schema.slice(1).map(({ name }): unknown => name);
  // The library hands on what a damaged file says.
  if (!names.every((name) => typeof name === "string")) throw new RangeError("a column without a name");
  const chunks = metadata.row_groups.map((group) => () => chunksOf(bytes, metadata, group, limits));
  const reader = new ColumnReader(new PagesAhead(pagesOf(chunks)));
  for (const [at, group] of metadata.row_groups.entries()) {
    const columns: FlowColumn[] = [];
    for (const chunk of chunks[at]?.() ?? []) {
      const packet = columns.find(
        ({ name }) => chunk.isSecondChoice && fieldName(name) === packetField(chunk.name),
      );
      const column = await (packet === undefined ? reader.read(chunk) : reader.readIfWanted(chunk, packet));
      if (column !== undefined) columns.push(column);
    }
    yield { rows: Number(group.num_rows), names, columns };
    reader.release(columns);
  }
}

/** The directory at the end of the file, with what tells its length. */
function directoryOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  const length =
    byteLength < TAIL ? 0 : new DataView(buffer, byteOffset + byteLength - TAIL).getUint32(0, true);
  const from = byteOffset + Math.max(0, byteLength - TAIL - length);
  return (buffer as ArrayBuffer).slice(from, byteOffset + byteLength);
}

function* pagesOf(groups: readonly (() => readonly ColumnChunk[])[]) {
  for (const chunks of groups) for (const chunk of chunks()) yield* chunk.pages();
}

/** The chunks of a row group that are read, in the order of reading: those that may not be wanted are the last. */
function chunksOf(
  bytes: Uint8Array,
  metadata: FileMetaData,
  group: RowGroup,
  limits: ParquetLimits,
): readonly ColumnChunk[] {
  const rows = Number(group.num_rows);
  if (!(rows >= 0 && rows <= limits.maxRows)) throw new RangeError(`a row group of ${rows} rows`);
  const wanted = group.columns.flatMap(({ meta_data: meta }) =>
    meta?.path_in_schema.length === 1 && readsField(meta.path_in_schema[0] ?? "") ? [meta] : [],
  );
  const names = new Set(wanted.map(({ path_in_schema: [name = ""] }) => fieldName(name)));
  const chunks = wanted.map((meta) => {
    const packet = packetField(meta.path_in_schema[0] ?? "");
    const isSecondChoice = packet !== undefined && names.has(packet);
    return new ColumnChunk(bytes, metadata, meta, { rows, maxPage: limits.maxPage, isSecondChoice });
  });
  return [...chunks.filter((c) => !c.isSecondChoice), ...chunks.filter((c) => c.isSecondChoice)];
}
