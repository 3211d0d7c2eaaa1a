/** A value as a columnar file has it: the bytes of a text, or a number. */
export type ColumnValue = Uint8Array | number | bigint;

/** One column of some rows: which of its values each row has. */
export interface FlowColumn {
  /** As the file names it, e.g. `pkt_srcaddr`. */
  readonly name: string;
  /** One per row: an index into `values`, or -1 where the row has none. */
  readonly codes: Int32Array;
  /** Each is read once, however many rows share it. */
  readonly values: ArrayLike<ColumnValue>;
}

/** Some rows of a columnar flow log, e.g. a row group of a Parquet file. */
export interface FlowColumns {
  readonly rows: number;
  /** All columns of the file, in its order. */
  readonly names: readonly string[];
  /** Those that a reader of conversations wants; see `readsField`. */
  readonly columns: readonly FlowColumn[];
}
