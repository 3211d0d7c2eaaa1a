import {
  type ColumnValue,
  type ColumnValues,
  type FlowColumn,
  valueAt,
  valueCount,
} from "../../core/flow/flow-columns.ts";
import { inflateBeginning, inflatePage, type PagesAhead } from "./inflate-pages.ts";
import type { ChunkPage, ColumnChunk } from "./parquet-chunk.ts";
import { type PageReader, pageReader } from "./parquet-codes.ts";
import { LevelReader, type PageLevels } from "./parquet-levels.ts";
import { isCoded, numberRows, presentIn, readCodes, readValues } from "./parquet-page.ts";

const LENGTH_BYTES = 4;

/** Reads the chunks of a file, one after the other in the order of its pages. */
export class ColumnReader {
  readonly #pages: PagesAhead<ChunkPage>;
  readonly #levels = new LevelReader();
  /** Codes of rows that nobody reads any more. */
  readonly #spare: Int32Array[] = [];

  constructor(pages: PagesAhead<ChunkPage>) {
    this.#pages = pages;
  }

  /** Takes back the memory of columns that are done with, for those that follow. */
  release(columns: readonly FlowColumn[]): void {
    for (const { codes } of columns) this.#spare.push(codes);
  }

  #rowsOf(chunk: ColumnChunk): ColumnRows {
    const at = this.#spare.findIndex((codes) => codes.length >= chunk.rows);
    const [codes = new Int32Array(chunk.rows)] = at < 0 ? [] : this.#spare.splice(at, 1);
    return new ColumnRows(chunk, this.#levels, codes);
  }

  /** Reads the next chunk, which must be this one. */
  async read(chunk: ColumnChunk): Promise<FlowColumn> {
    const rows = this.#rowsOf(chunk);
    while (!rows.isComplete) {
      const { page, inflated } = this.#pages.next();
      rows.add(page, await (inflated ?? inflatePage(page)));
    }
    return rows.column();
  }

  /**
   * Reads the next chunk, an address that counts only where the packet address is missing; `undefined` when no row
   * has just the one. NODATA rows have neither, so of most files it need not even be inflated.
   */
  async readIfWanted(chunk: ColumnChunk, packet: FlowColumn): Promise<FlowColumn | undefined> {
    const pages: ChunkPage[] = [];
    let row = 0;
    let isWanted = saysDash(packet.values);
    while (row < chunk.rows) {
      const { page } = this.#pages.next();
      pages.push(page);
      if (page.kind === "dictionary") continue;
      isWanted ||= this.#hasMoreThan(packet, chunk, page, row);
      row += page.count;
    }
    if (!isWanted) return undefined;
    const rows = this.#rowsOf(chunk);
    for (const page of pages) rows.add(page, await inflatePage(page));
    return rows.column();
  }

  /** Whether a row of the page has a value that `packet` does not have. */
  #hasMoreThan(packet: FlowColumn, chunk: ColumnChunk, page: ChunkPage, from: number): boolean {
    const codes = packet.codes.subarray(from, from + page.count);
    let row = codes.indexOf(-1);
    if (row < 0) return false;
    const absent = chunk.isOptional ? this.#levelsAlone(page)?.absent : undefined;
    if (absent === undefined) return true;
    for (let gap = 0; row >= 0; row = codes.indexOf(-1, row + 1)) {
      while ((absent[gap] ?? page.count) < row) gap += 1;
      if (absent[gap] !== row) return true;
    }
    return false;
  }

  /** The levels of a page that is not inflated; `undefined` where they cannot be had without. */
  #levelsAlone(page: ChunkPage): PageLevels | undefined {
    if (page.levels !== undefined)
      return this.#levels.read(pageReader(page.levels), page.count, page.levels.length);
    // Twice what they take when every row has a bit of its own.
    const start = inflateBeginning(page, LENGTH_BYTES + 2 * Math.ceil(page.count / 8));
    if (start === undefined || start.length < LENGTH_BYTES) return undefined;
    const reader = pageReader(start);
    if (LENGTH_BYTES + reader.view.getUint32(0, true) > start.length) return undefined;
    return this.#levels.read(reader, page.count);
  }
}

/** Whether one of the values means that there is no address: then the other column counts. */
function saysDash(values: ColumnValues): boolean {
  if (!("spans" in values)) return true;
  const { spans } = values;
  for (let at = 0; at < spans.length; at += 2)
    if ((spans[at + 1] as number) - (spans[at] as number) < 2) return true;
  return false;
}

/** The rows of one column of a row group, while its pages come. */
class ColumnRows {
  readonly #chunk: ColumnChunk;
  readonly #levels: LevelReader;
  readonly #codes: Int32Array;
  readonly #parts: ColumnValues[] = [];
  #valueCount = 0;
  #dictionary = { first: 0, size: 0 };
  #row = 0;

  /** `codes` has room for all rows, and may have more. */
  constructor(chunk: ColumnChunk, levels: LevelReader, codes: Int32Array) {
    this.#chunk = chunk;
    this.#levels = levels;
    this.#codes = codes;
  }

  get isComplete(): boolean {
    return this.#row === this.#chunk.rows;
  }

  /** Adds a page, inflated. */
  add(page: ChunkPage, bytes: Uint8Array): void {
    const reader = pageReader(bytes);
    if (page.kind === "dictionary") {
      const values = readValues(reader, page.encoding, this.#chunk.type, page.count);
      this.#dictionary = { first: this.#append(values), size: valueCount(values) };
      return;
    }
    const rows = {
      codes: this.#codes,
      from: this.#row,
      rows: page.count,
      levels: this.#levelsOf(page, reader),
    };
    if (isCoded(page.encoding)) readCodes(reader, rows, this.#dictionary.size, this.#dictionary.first);
    else {
      const values = readValues(reader, page.encoding, this.#chunk.type, presentIn(rows));
      numberRows(rows, this.#append(values));
    }
    this.#row += page.count;
  }

  #levelsOf(page: ChunkPage, reader: PageReader): PageLevels | undefined {
    if (!this.#chunk.isOptional) return undefined;
    if (page.levels === undefined) return this.#levels.read(reader, page.count);
    return this.#levels.read(pageReader(page.levels), page.count, page.levels.length);
  }

  /** Adds values to those of the column; answers the code of the first. */
  #append(values: ColumnValues): number {
    const first = this.#valueCount;
    this.#parts.push(values);
    this.#valueCount += valueCount(values);
    return first;
  }

  column(): FlowColumn {
    const [only = [], ...more] = this.#parts;
    const values = more.length === 0 ? only : this.#parts.flatMap(listed);
    return { name: this.#chunk.name, codes: this.#codes, values };
  }
}

const listed = (values: ColumnValues): readonly ColumnValue[] =>
  Array.from({ length: valueCount(values) }, (_, code) => valueAt(values, code));
