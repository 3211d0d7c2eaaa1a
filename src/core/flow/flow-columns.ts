/** A value as a columnar file has it: the bytes of a text, or a number. */
export type ColumnValue = Uint8Array | number | bigint;

/** Texts as they lie in a file. */
export interface TextValues {
  readonly bytes: Uint8Array;
  /** Two for each text: where it begins in `bytes`, and where it ends. */
  readonly spans: Int32Array;
}

/** The values of a column. */
export type ColumnValues = ArrayLike<ColumnValue> | TextValues;

/** One column of some rows: which of its values each row has. */
export interface FlowColumn {
  /** As the file names it, e.g. `pkt_srcaddr`. */
  readonly name: string;
  /** For each row an index into `values`, or -1 where it has none; there may be more after those of the rows. */
  readonly codes: Int32Array;
  /** Each is read once, however many rows share it. */
  readonly values: ColumnValues;
}

/** How many values there are. */
export const valueCount = (values: ColumnValues): number =>
  "spans" in values ? values.spans.length / 2 : values.length;

/** The value with this code. */
export const valueAt = (values: ColumnValues, code: number): ColumnValue =>
  "spans" in values
    ? values.bytes.subarray(values.spans[2 * code], values.spans[2 * code + 1])
    : (values[code] as ColumnValue);

/** Some rows of a columnar flow log, e.g. a row group of a Parquet file. */
export interface FlowColumns {
  readonly rows: number;
  /** All columns of the file, in its order. */
  readonly names: readonly string[];
  /** Those that a reader of conversations wants; see `readsField`. */
  readonly columns: readonly FlowColumn[];
}
