import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { ColumnMetaData, Compressors, FileMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { parquetMetadata } from "hyparquet/src/metadata.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { ColumnValue, FlowColumn, FlowColumns } from "../../core/flow/flow-columns.ts";
import { readsField } from "../../core/flow/flow-format.ts";
import { inflateSnappy } from "./inflate-snappy.ts";
import { type PageReader, type PageValues, pageReader, readLevels, readValues } from "./parquet-page.ts";

type PageHeader = ReturnType<typeof parquetHeader>;

/** Bounds on what one Parquet file may ask for; its own numbers are not believed beyond them. */
export interface ParquetLimits {
  /** Most bytes of one page, decompressed. */
  readonly maxPage: number;
  /** Most rows of one row group, which is decoded at once. */
  readonly maxRows: number;
}

/** 64 MiB a page (writers aim at one) and 4 million rows a group. */
export const PARQUET_LIMITS: ParquetLimits = { maxPage: 64 * 1024 ** 2, maxRows: 4_000_000 };

/** Bounds of the pieces in which a page is inflated: zlib's least, and what a damaged header may make us allocate. */
const LEAST_PIECE = 64;
const MOST_PIECE = 4 * 1024 ** 2;

/** AWS writes gzip; the others are what tools that rewrite logs like. */
const DECOMPRESSORS: Compressors = {
  // In one piece where the page's header tells the truth, instead of zlib's pieces of 16 KiB that it then joins.
  GZIP: (input, length) =>
    gunzipSync(input, {
      maxOutputLength: Math.max(length, 1),
      chunkSize: Math.min(Math.max(length, LEAST_PIECE), MOST_PIECE),
    }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(length, 1) }),
  SNAPPY: inflateSnappy,
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: Math.max(length, 1) }),
};

/** The dictionary of a column that has none. */
const NO_VALUES: readonly ColumnValue[] = [];

/**
 * The rows of a Parquet flow log, one row group at a time, with the columns that conversations need. Codes of
 * dictionaries are handed on as they are: no text is made of a cell.
 *
 * @throws RangeError, or an Error of the format's library, where the file is damaged; earlier groups stand
 */
export async function* parquetRows(
  bytes: Uint8Array,
  limits: ParquetLimits = PARQUET_LIMITS,
): AsyncGenerator<FlowColumns> {
  const { buffer, byteOffset, byteLength } = bytes;
  const metadata = parquetMetadata((buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength));
  const names = metadata.schema.slice(1).map(({ name }): unknown => name);
  // The library hands on what a damaged file says.
  if (!names.every((name) => typeof name === "string")) throw new RangeError("a column without a name");
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (!(rows >= 0 && rows <= limits.maxRows)) throw new RangeError(`a row group of ${rows} rows`);
    const columns: FlowColumn[] = [];
    for (const { meta_data: chunk } of group.columns) {
      if (chunk?.path_in_schema.length !== 1 || !readsField(chunk.path_in_schema[0] ?? "")) continue;
      columns.push(new ColumnChunk(bytes, metadata, chunk, limits).read(rows));
    }
    yield { rows, names, columns };
  }
}

/** One column of one row group. */
class ColumnChunk {
  readonly #reader: PageReader;
  readonly #chunk: ColumnMetaData;
  readonly #limits: ParquetLimits;
  readonly #name: string;
  readonly #isOptional: boolean;
  #values: ColumnValue[] = [];
  #dictionary: ArrayLike<ColumnValue> = NO_VALUES;
  #dictionaryAt = 0;

  constructor(bytes: Uint8Array, { schema }: FileMetaData, chunk: ColumnMetaData, limits: ParquetLimits) {
    const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
    this.#reader = pageReader(bytes.subarray(start, start + Number(chunk.total_compressed_size)));
    this.#chunk = chunk;
    this.#limits = limits;
    this.#name = chunk.path_in_schema[0] ?? "";
    const element = schema.slice(1).find(({ name }) => name === this.#name);
    if (element === undefined || element.repetition_type === "REPEATED" || element.num_children) {
      throw new RangeError(`the column "${this.#name}" holds more than one value a row`);
    }
    this.#isOptional = element.repetition_type !== "REQUIRED";
  }

  read(rows: number): FlowColumn {
    const codes = new Int32Array(rows);
    let row = 0;
    while (row < rows) {
      const header = parquetHeader(this.#reader);
      if (header.type === "DICTIONARY_PAGE") this.#readDictionary(header);
      else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
        row += this.#readData(header, codes, row);
      } else this.#next(header);
    }
    return { name: this.#name, codes, values: this.#values };
  }

  /** The compressed bytes of the page whose header was read. */
  #next({ compressed_page_size: length, uncompressed_page_size: inflated }: PageHeader): Uint8Array {
    const { view, offset } = this.#reader;
    if (!(length >= 0 && offset + length <= view.byteLength))
      throw new RangeError("a page that is cut short");
    if (!(inflated >= 0 && inflated <= this.#limits.maxPage))
      throw new RangeError(`a page of ${inflated} bytes`);
    this.#reader.offset += length;
    return new Uint8Array(view.buffer, view.byteOffset + offset, length);
  }

  #inflate(bytes: Uint8Array, length: number): Uint8Array {
    return decompressPage(bytes, length, this.#chunk.codec, DECOMPRESSORS);
  }

  #readDictionary(header: PageHeader): void {
    const page = pageReader(this.#inflate(this.#next(header), header.uncompressed_page_size));
    const count = Number(header.dictionary_page_header?.num_values ?? 0);
    if (count > page.view.byteLength) throw new RangeError(`a dictionary of ${count} values`);
    this.#dictionary = readPlain(page, this.#chunk.type, count, undefined) as ArrayLike<ColumnValue>;
    this.#dictionaryAt = this.#append(this.#dictionary);
  }

  /** Adds values to those of the column; answers the code of the first. */
  #append(values: ArrayLike<ColumnValue>): number {
    const first = this.#values.length;
    for (let at = 0; at < values.length; at += 1) this.#values.push(values[at] as ColumnValue);
    return first;
  }

  /** Reads one data page to `codes` from `row` on; answers how many rows it had. */
  #readData(header: PageHeader, codes: Int32Array, row: number): number {
    const count = Number((header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0);
    if (!(count > 0 && row + count <= codes.length)) throw new RangeError(`a page of ${count} rows`);
    const page = this.#pageValues(header, count);
    const first = page.values === undefined ? this.#dictionaryAt : this.#append(page.values);
    const size = (page.values ?? this.#dictionary).length;
    for (let at = 0; at < count; at += 1) {
      const code = page.codes[at] as number;
      if (code >= size || code < -1) throw new RangeError(`the code ${code} of ${size} values`);
      codes[row + at] = code < 0 ? -1 : first + code;
    }
    return count;
  }

  #pageValues(header: PageHeader, count: number): PageValues {
    const bytes = this.#next(header);
    const { type } = this.#chunk;
    const second = header.data_page_header_v2;
    if (second === undefined) {
      const reader = pageReader(this.#inflate(bytes, header.uncompressed_page_size));
      const levels = this.#isOptional ? readLevels(reader, count) : undefined;
      return readValues(reader, header.data_page_header?.encoding ?? "", type, count, levels);
    }
    const levelBytes = second.definition_levels_byte_length + second.repetition_levels_byte_length;
    const levelReader = pageReader(bytes);
    levelReader.offset = second.repetition_levels_byte_length;
    const levels = this.#isOptional
      ? readLevels(levelReader, count, second.definition_levels_byte_length)
      : undefined;
    const packed = bytes.subarray(levelBytes);
    const length = header.uncompressed_page_size - levelBytes;
    const reader = pageReader(second.is_compressed === false ? packed : this.#inflate(packed, length));
    return readValues(reader, second.encoding, type, count, levels);
  }
}
