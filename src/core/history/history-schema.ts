import type { HistoryRow } from "./history-row.ts";

/** Name of the table over all files, compacted or not. */
export const HISTORY_TABLE = "flow_history";

/** One column of the Parquet files. */
export interface HistoryColumn {
  readonly name: string;
  readonly key: keyof HistoryRow;
  readonly type: "varchar" | "integer" | "bigint";
  readonly nullable: boolean;
  /** For whoever asks the files without Moat. */
  readonly says: string;
}

const column = (
  name: string,
  key: keyof HistoryRow,
  type: HistoryColumn["type"],
  nullable: boolean,
  says: string,
): HistoryColumn => ({ name, key, type, nullable, says });

/**
 * The columns, in the order of the files. Times are whole seconds since 1970: functions on timestamps have other names
 * in DuckDB than in Athena, arithmetic on numbers has not.
 */
export const HISTORY_COLUMNS: readonly HistoryColumn[] = [
  column(
    "row_kind",
    "rowKind",
    "varchar",
    false,
    "`flow`: who talked to whom; `object`: an object is counted",
  ),
  column(
    "generation",
    "generation",
    "integer",
    false,
    "0: file of one object; n: n-th compaction of the day",
  ),
  column("object_digest", "objectDigest", "varchar", true, "which object; none in compacted flows"),
  column("flow_log", "flowLog", "varchar", true, "`fl-…` that delivered it"),
  column("hour_start", "hourStart", "bigint", false, "beginning of the hour, seconds since 1970, UTC"),
  column("database_arn", "databaseArn", "varchar", true, "flow: the database"),
  column("database_side", "databaseSide", "varchar", true, "flow: `provider` or `consumer`"),
  column("consumer", "consumer", "varchar", true, "flow: address that opened the connection"),
  column("provider", "provider", "varchar", true, "flow: address that serves it"),
  column("port", "port", "integer", true, "flow: the provider's port"),
  column("protocol", "protocol", "varchar", true, "flow: `tcp`, `udp`, `icmp` or a number"),
  column("action", "action", "varchar", true, "flow: `ACCEPT` or `REJECT`"),
  column("oriented_by", "orientedBy", "varchar", true, "flow: what tells who opened it"),
  column("records", "records", "bigint", false, "lines of flow logs"),
  column("packets", "packets", "bigint", true, "flow: both directions"),
  column("bytes", "bytes", "bigint", true, "flow: both directions"),
  column("first_seen", "firstSeen", "bigint", true, "flow: seconds since 1970, UTC"),
  column("last_seen", "lastSeen", "bigint", true, "flow: seconds since 1970, UTC"),
  column("no_data", "noData", "bigint", true, "object: intervals without traffic"),
  column("skip_data", "skipData", "bigint", true, "object: intervals of which AWS lost records"),
  column("malformed", "malformed", "bigint", true, "object: lines that could not be read"),
  column("complete", "complete", "integer", true, "object: 1 when read to its end, else 0"),
];

/** Folders above a file, outermost first: `account=…/region=…/day=YYYY-MM-DD`. All are text. */
export const HISTORY_PARTITIONS = ["account", "region", "day"] as const;

/** A text literal, alike in DuckDB and Athena. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A condition, alike in both. Nobody is one of none: both engines refuse an empty list. */
export const oneOf = (column: string, values: readonly string[]): string =>
  values.length === 0 ? "1 = 0" : `${column} IN (${values.map(sqlText).join(", ")})`;

/**
 * The statement that makes the table in DuckDB, as a view.
 *
 * @param files paths or patterns of paths, at least one
 */
export function duckdbView(files: readonly string[]): string {
  const types = HISTORY_PARTITIONS.map((name) => `'${name}': VARCHAR`).join(", ");
  const list = files.map(sqlText).join(", ");
  return [
    `CREATE OR REPLACE VIEW ${HISTORY_TABLE} AS`,
    `SELECT * FROM read_parquet([${list}], hive_partitioning = true, hive_types = {${types}})`,
  ].join("\n");
}
