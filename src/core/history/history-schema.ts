import type { Summary } from "./summary.ts";

/** Name of the table, and of the view in DuckDB. */
export const HISTORY_TABLE = "flow_summary";

/** One column of the Parquet files. */
export interface HistoryColumn {
  readonly name: string;
  readonly type: "varchar" | "integer" | "bigint";
  readonly nullable: boolean;
  readonly value: (summary: Summary, objectDigest: string) => string | number | undefined;
}

/**
 * The columns, in the order of the files. Times are whole seconds since 1970: functions on timestamps have other names
 * in DuckDB than in Athena, arithmetic on numbers has not.
 */
export const HISTORY_COLUMNS: readonly HistoryColumn[] = [
  { name: "database_arn", type: "varchar", nullable: false, value: (s) => s.databaseArn },
  { name: "hour_start", type: "bigint", nullable: false, value: (s) => s.hour },
  { name: "consumer", type: "varchar", nullable: false, value: (s) => s.consumer },
  { name: "provider", type: "varchar", nullable: false, value: (s) => s.provider },
  { name: "port", type: "integer", nullable: true, value: (s) => s.port },
  { name: "protocol", type: "varchar", nullable: true, value: (s) => s.protocol },
  { name: "action", type: "varchar", nullable: true, value: (s) => s.action },
  { name: "records", type: "bigint", nullable: false, value: (s) => s.records },
  { name: "packets", type: "bigint", nullable: true, value: (s) => s.packets },
  { name: "bytes", type: "bigint", nullable: true, value: (s) => s.bytes },
  { name: "first_seen", type: "bigint", nullable: false, value: (s) => s.firstSeen },
  { name: "last_seen", type: "bigint", nullable: false, value: (s) => s.lastSeen },
  { name: "oriented_by", type: "varchar", nullable: false, value: (s) => s.orientedBy },
  { name: "object_digest", type: "varchar", nullable: false, value: (_, digest) => digest },
];

/** Folders above a file, outermost first: `account=…/region=…/day=YYYY-MM-DD`. All are text. */
export const HISTORY_PARTITIONS = ["account", "region", "day"] as const;

/** A text literal, alike in DuckDB and Athena. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * The statement that makes the table in Athena.
 *
 * @param location `s3://bucket/prefix/`
 */
export function athenaTable(location: string): string {
  // DDL in Athena is Hive's: names in backticks, text is "string", "integer" is "int".
  // https://docs.aws.amazon.com/athena/latest/ug/create-table.html
  const types = { varchar: "string", integer: "int", bigint: "bigint" };
  const columns = HISTORY_COLUMNS.map((c) => `  \`${c.name}\` ${types[c.type]}`);
  const partitions = HISTORY_PARTITIONS.map((name) => `\`${name}\` string`);
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS \`${HISTORY_TABLE}\` (`,
    columns.join(",\n"),
    ")",
    `PARTITIONED BY (${partitions.join(", ")})`,
    "STORED AS PARQUET",
    `LOCATION ${sqlText(location)}`,
  ].join("\n");
}

/**
 * The statement that makes the view in DuckDB.
 *
 * @param location a folder or `s3://bucket/prefix`, without a slash at the end
 */
export function duckdbView(location: string): string {
  const types = HISTORY_PARTITIONS.map((name) => `'${name}': VARCHAR`).join(", ");
  const files = sqlText(`${location}/**/*.parquet`);
  return [
    `CREATE OR REPLACE VIEW ${HISTORY_TABLE} AS`,
    `SELECT * FROM read_parquet(${files}, hive_partitioning = true, hive_types = {${types}})`,
  ].join("\n");
}
