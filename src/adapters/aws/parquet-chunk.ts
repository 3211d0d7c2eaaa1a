import type { ColumnMetaData, FileMetaData, ParquetType } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import type { PackedPage } from "./inflate-pages.ts";
import { type PageReader, pageReader } from "./parquet-codes.ts";

type PageHeader = ReturnType<typeof parquetHeader>;

/** A page of values: of the dictionary of its chunk, or of rows. */
export interface ChunkPage extends PackedPage {
  readonly kind: "dictionary" | "data";
  /** Values of the dictionary, or rows. */
  readonly count: number;
  readonly encoding: string;
  /** The definition levels, where they lie before the packed bytes (pages of version 2). */
  readonly levels: Uint8Array | undefined;
}

/** What is known of a chunk besides its own directory entry. */
interface ChunkOptions {
  readonly rows: number;
  /** Most bytes of one page, decompressed. */
  readonly maxPage: number;
  /** An address that counts only in rows whose packet address is missing. */
  readonly isSecondChoice: boolean;
}

/** One column of one row group, as it lies in the file. */
export class ColumnChunk {
  readonly name: string;
  readonly rows: number;
  readonly type: ParquetType;
  readonly isOptional: boolean;
  readonly isSecondChoice: boolean;
  readonly #bytes: Uint8Array;
  readonly #meta: ColumnMetaData;
  readonly #maxPage: number;

  constructor(
    bytes: Uint8Array,
    { schema }: FileMetaData,
    meta: ColumnMetaData,
    { rows, maxPage, isSecondChoice }: ChunkOptions,
  ) {
    this.name = meta.path_in_schema[0] ?? "";
    this.rows = rows;
    this.type = meta.type;
    this.isSecondChoice = isSecondChoice;
    this.#bytes = bytes;
    this.#meta = meta;
    this.#maxPage = maxPage;
    const element = schema.slice(1).find(({ name }) => name === this.name);
    if (element === undefined || element.repetition_type === "REPEATED" || element.num_children) {
      throw new RangeError(`the column "${this.name}" holds more than one value a row`);
    }
    this.isOptional = element.repetition_type !== "REQUIRED";
  }

  /** Its pages in their order, until all rows are there. */
  *pages(): Generator<ChunkPage> {
    const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size } = this.#meta;
    const start = Number(dictionary || data);
    const reader = pageReader(this.#bytes.subarray(start, start + Number(total_compressed_size)));
    let row = 0;
    while (row < this.rows) {
      const page = this.#page(reader, this.rows - row);
      if (page?.kind === "data") row += page.count;
      if (page !== undefined) yield page;
    }
  }

  /** The page at the reader's place; `undefined` for one that has no values. */
  #page(reader: PageReader, most: number): ChunkPage | undefined {
    const header = parquetHeader(reader);
    const bytes = this.#bytesOf(reader, header);
    if (header.type === "DICTIONARY_PAGE") return this.#dictionary(header, bytes);
    const data = header.type === "DATA_PAGE" ? header.data_page_header : header.data_page_header_v2;
    if (header.type !== "DATA_PAGE" && header.type !== "DATA_PAGE_V2") return undefined;
    const count = Number(data?.num_values ?? 0);
    if (!(count > 0 && count <= most)) throw new RangeError(`a page of ${count} rows`);
    const encoding = data?.encoding ?? "";
    const second = header.data_page_header_v2;
    if (second === undefined)
      return { ...this.#packed(header, bytes), kind: "data", count, encoding, levels: undefined };
    const from = second.repetition_levels_byte_length;
    const to = from + second.definition_levels_byte_length;
    return {
      ...this.#packed(header, bytes.subarray(to)),
      kind: "data",
      count,
      encoding,
      levels: bytes.subarray(from, to),
      length: header.uncompressed_page_size - to,
      ...(second.is_compressed === false ? { codec: "UNCOMPRESSED" } : {}),
    };
  }

  #dictionary(header: PageHeader, bytes: Uint8Array): ChunkPage {
    const count = Number(header.dictionary_page_header?.num_values ?? 0);
    if (!(count >= 0 && count <= header.uncompressed_page_size))
      throw new RangeError(`a dictionary of ${count} values`);
    return {
      ...this.#packed(header, bytes),
      kind: "dictionary",
      count,
      encoding: "PLAIN",
      levels: undefined,
    };
  }

  #packed({ uncompressed_page_size: length }: PageHeader, bytes: Uint8Array): PackedPage {
    return { codec: this.#meta.codec, bytes, length, isSeldomWanted: this.isSecondChoice };
  }

  /** The compressed bytes of the page whose header was read. */
  #bytesOf(
    reader: PageReader,
    { compressed_page_size: length, uncompressed_page_size: inflated }: PageHeader,
  ): Uint8Array {
    const { view, offset } = reader;
    if (!(length >= 0 && offset + length <= view.byteLength))
      throw new RangeError("a page that is cut short");
    if (!(inflated >= 0 && inflated <= this.#maxPage)) throw new RangeError(`a page of ${inflated} bytes`);
    reader.offset += length;
    return new Uint8Array(view.buffer, view.byteOffset + offset, length);
  }
}
