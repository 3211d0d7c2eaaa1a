import type { ParquetType } from "hyparquet";
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from "hyparquet/src/delta.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { ColumnValue, ColumnValues, TextValues } from "../../core/flow/flow-columns.ts";
import { type PageReader, readHybrid } from "./parquet-codes.ts";
import type { PageLevels } from "./parquet-levels.ts";

/** Rows of a column in a row group, while they are read: which value each has. */
export interface CodeRows {
  /** As in `FlowColumn`. */
  readonly codes: Int32Array;
  /** The rows of the page: from here, so many. */
  readonly from: number;
  readonly rows: number;
  /** Absent for a column that is never null. */
  readonly levels: PageLevels | undefined;
}

const NO_ROWS = new Int32Array(0);

/** Whether a page's values are codes into the column's dictionary. */
export const isCoded = (encoding: string): boolean =>
  encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY";

/** How many rows have a value. */
export const presentIn = ({ rows, levels }: CodeRows): number => rows - (levels?.absent.length ?? 0);

/** Reads codes into a dictionary of `size` values, whose first has the code `first`. */
export function readCodes(reader: PageReader, to: CodeRows, size: number, first: number): void {
  const { codes, from } = to;
  const present = presentIn(to);
  if (present > 0) {
    const width = reader.view.getUint8(reader.offset++);
    if (width > 31) throw new RangeError("codes of more than 31 bits");
    const most = width > 0 ? readHybrid(reader, width, codes, from, present) : 0;
    if (most >= size) throw new RangeError(`the code ${most} of ${size} values`);
    if (width === 0) codes.fill(0, from, from + present);
  }
  if (first > 0) for (let at = from; at < from + present; at += 1) codes[at] = first + (codes[at] as number);
  spread(to);
}

/** Gives each row with a value the next code, from `first` on. */
export function numberRows(to: CodeRows, first: number): void {
  const present = presentIn(to);
  for (let at = 0; at < present; at += 1) to.codes[to.from + at] = first + at;
  spread(to);
}

/** Moves the codes, which lie at the beginning of the page's rows, to the rows that have one; from the last on. */
function spread({ codes, from, rows, levels }: CodeRows): void {
  const absent = levels?.absent ?? NO_ROWS;
  let end = rows;
  for (let gap = absent.length - 1; gap >= 0; gap -= 1) {
    const row = absent[gap] as number;
    // Before the codes after this gap lie those of so many gaps less.
    codes.copyWithin(from + row + 1, from + row - gap, from + end - gap - 1);
    codes[from + row] = -1;
    end = row;
  }
}

/** Reads `count` values that are written out, in the page or in a dictionary. */
export function readValues(
  reader: PageReader,
  encoding: string,
  type: ParquetType,
  count: number,
): ColumnValues {
  // No value takes less than a bit, whatever a damaged header says.
  if (count > reader.view.byteLength * 2048) throw new RangeError("more values than the page can hold");
  switch (encoding) {
    case "PLAIN":
      return readWritten(reader, type, count);
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

const readWritten = (reader: PageReader, type: ParquetType, count: number): ColumnValues =>
  type === "BYTE_ARRAY"
    ? readTexts(reader, count)
    : (readPlain(reader, type, count, undefined) as ArrayLike<ColumnValue>);

/** Texts with their lengths before them: only where they lie is noted. */
function readTexts(reader: PageReader, count: number): TextValues {
  const { view } = reader;
  const spans = new Int32Array(2 * count);
  let at = reader.offset;
  for (let text = 0; text < count; text += 1) {
    const length = view.getUint32(at, true);
    spans[2 * text] = at + 4;
    at += 4 + length;
    spans[2 * text + 1] = at;
    if (at > view.byteLength) throw new RangeError("a text that is cut short");
  }
  reader.offset = at;
  return { bytes: new Uint8Array(view.buffer, view.byteOffset, view.byteLength), spans };
}
