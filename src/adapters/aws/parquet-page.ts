import type { ParquetType } from "hyparquet";
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from "hyparquet/src/delta.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { ColumnValue } from "../../core/flow/flow-columns.ts";

/** A place in bytes that moves on as they are read. */
export interface PageReader {
  readonly view: DataView;
  offset: number;
}

/** The values of one data page that are there, and for each of its rows which one it has (-1 for null). */
export interface PageValues {
  /** Codes into the dictionary when `values` is undefined, else into `values`. */
  readonly codes: Int32Array;
  readonly values?: ArrayLike<ColumnValue>;
}

/** A reader of these bytes from their beginning. */
export const pageReader = (bytes: Uint8Array): PageReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

/**
 * Reads the definition levels of an optional column: 1 where a row has a value. `length` is their length in bytes; in
 * pages of the first version it stands before them.
 */
export function readLevels(reader: PageReader, rows: number, length?: number): Int32Array {
  let bytes = length;
  if (bytes === undefined) {
    bytes = reader.view.getUint32(reader.offset, true);
    reader.offset += 4;
  }
  const start = reader.offset;
  const levels = new Int32Array(rows);
  readHybrid(reader, 1, levels, rows);
  reader.offset = start + bytes;
  return levels;
}

/** Reads the values of a page whose levels were read; `levels` is undefined for a column that is never null. */
export function readValues(
  reader: PageReader,
  encoding: string,
  type: ParquetType,
  rows: number,
  levels: Int32Array | undefined,
): PageValues {
  const present = levels === undefined ? rows : levels.reduce((sum, level) => sum + level, 0);
  const codes = new Int32Array(present);
  if (encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY") {
    const width = present === 0 ? 0 : reader.view.getUint8(reader.offset++);
    if (width > 31) throw new RangeError("codes of more than 31 bits");
    if (width > 0) readHybrid(reader, width, codes, present);
    return { codes: spread(codes, levels) };
  }
  for (let at = 0; at < present; at += 1) codes[at] = at;
  return { codes: spread(codes, levels), values: readUncoded(reader, encoding, type, present) };
}

function readUncoded(
  reader: PageReader,
  encoding: string,
  type: ParquetType,
  count: number,
): ArrayLike<ColumnValue> {
  // No value takes less than a bit, whatever a damaged header says.
  if (count > reader.view.byteLength * 2048) throw new RangeError("more values than the page can hold");
  switch (encoding) {
    case "PLAIN":
      return readPlain(reader, type, count, undefined) as ArrayLike<ColumnValue>;
    case "DELTA_BINARY_PACKED": {
      const output = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      if (count > 0) deltaBinaryUnpack(reader, count, output);
      return output;
    }
    case "DELTA_LENGTH_BYTE_ARRAY":
    case "DELTA_BYTE_ARRAY": {
      const output: Uint8Array[] = new Array(count);
      if (count > 0)
        (encoding === "DELTA_BYTE_ARRAY" ? deltaByteArray : deltaLengthByteArray)(reader, count, output);
      return output;
    }
    default:
      throw new RangeError(`the encoding ${encoding}`);
  }
}

/** One code per row from the codes of the rows that have one. */
function spread(codes: Int32Array, levels: Int32Array | undefined): Int32Array {
  if (levels === undefined || codes.length === levels.length) return codes;
  const all = new Int32Array(levels.length);
  let next = 0;
  for (let row = 0; row < levels.length; row += 1)
    all[row] = levels[row] === 1 ? (codes[next++] as number) : -1;
  return all;
}

/**
 * Reads runs of equal and of bit-packed numbers: https://parquet.apache.org/docs/file-format/data-pages/encodings/.
 * Never writes past `count`, whatever the lengths of the runs say.
 */
function readHybrid(reader: PageReader, width: number, output: Int32Array, count: number): void {
  let done = 0;
  while (done < count) {
    const header = readVarint(reader);
    const isPacked = (header & 1) === 1;
    const run = Math.min((header >>> 1) * (isPacked ? 8 : 1), count - done);
    if (isPacked) readPacked(reader, width, output, done, run, header >>> 1);
    else output.fill(readRepeated(reader, width), done, done + run);
    done += run;
    if (run === 0) throw new RangeError("a run of no values");
  }
}

function readVarint(reader: PageReader): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.view.getUint8(reader.offset++);
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
  }
  throw new RangeError("a number without an end");
}

function readRepeated(reader: PageReader, width: number): number {
  let value = 0;
  for (let bits = 0; bits < width; bits += 8) value |= reader.view.getUint8(reader.offset++) << bits;
  return value;
}

function readPacked(
  reader: PageReader,
  width: number,
  output: Int32Array,
  from: number,
  run: number,
  groups: number,
): void {
  const { view } = reader;
  const start = reader.offset;
  const mask = 2 ** width - 1;
  let bits = 0;
  let held = 0;
  let at = start;
  for (let value = 0; value < run; value += 1) {
    let word = held === 0 ? 0 : bits;
    let have = held;
    // Up to 31 bits plus 7 left over do not fit into 32: the high part is taken apart.
    while (have < width) {
      const byte = view.getUint8(at++);
      if (have + 8 > 32) {
        output[from + value] = (word | (byte << have)) & mask;
        held = have + 8 - width;
        bits = byte >>> (8 - held);
        word = -1;
        have = -1;
        break;
      }
      word |= byte << have;
      have += 8;
    }
    if (have < 0) continue;
    output[from + value] = word & mask;
    bits = word >>> width;
    held = have - width;
  }
  reader.offset = Math.min(start + groups * width, view.byteLength);
}
