import { type PageReader, readHybrid } from "./parquet-codes.ts";

/** Which rows of a page have a value. */
export interface PageLevels {
  readonly rows: number;
  /** The rows that have none, ascending; counted from the first of the page. */
  readonly absent: Int32Array;
}

/**
 * Reads the definition levels of optional columns. In a flow log the same rows lack a value in most columns, so that
 * their levels are the same bytes: those are understood once.
 */
export class LevelReader {
  #bytes = Buffer.alloc(0);
  #read: PageLevels = { rows: 0, absent: new Int32Array(0) };

  /** Reads the levels at the reader's place. `length` is their length in bytes; in pages of version 1 it stands first. */
  read(reader: PageReader, rows: number, length?: number): PageLevels {
    let size = length;
    if (size === undefined) {
      size = reader.view.getUint32(reader.offset, true);
      reader.offset += 4;
    }
    const { view, offset } = reader;
    const end = offset + size;
    if (end > view.byteLength) throw new RangeError("levels that are cut short");
    const bytes = Buffer.from(view.buffer, view.byteOffset + offset, size);
    if (this.#read.rows !== rows || !this.#bytes.equals(bytes)) {
      this.#read = readLevels(reader, rows);
      this.#bytes = Buffer.from(bytes);
    }
    reader.offset = end;
    return this.#read;
  }
}

function readLevels(reader: PageReader, rows: number): PageLevels {
  const levels = new Int32Array(rows);
  readHybrid(reader, 1, levels, 0, rows);
  const absent = new Int32Array(rows);
  let count = 0;
  for (let row = levels.indexOf(0); row >= 0; row = levels.indexOf(0, row + 1)) absent[count++] = row;
  return { rows, absent: absent.slice(0, count) };
}
