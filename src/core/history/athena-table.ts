import { HISTORY_COLUMNS, HISTORY_PARTITIONS, HISTORY_TABLE, sqlText } from "./history-schema.ts";

/** Which folders a history has, as far as the table in Athena has to be told. */
export interface HistoryFolders {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** `2026-08-15`: no file is of an earlier day. */
  readonly firstDay: string;
}

/**
 * The statement that makes the table in Athena. Partitions are computed, not kept in a catalog: Athena looks into the
 * folder of every day, so that a file counts from the moment it is there. Accounts and regions cannot be computed; a
 * history that gets a new one needs a new table.
 *
 * @param location `s3://bucket/prefix/`
 * @param name of the table, in the database in use
 */
export function athenaTable(location: string, folders: HistoryFolders, name = HISTORY_TABLE): string {
  // DDL in Athena is Hive's: names in backticks, text is "string", "integer" is "int".
  // https://docs.aws.amazon.com/athena/latest/ug/create-table.html
  const types = { varchar: "string", integer: "int", bigint: "bigint" };
  const columns = HISTORY_COLUMNS.map((c) => `  \`${c.name}\` ${types[c.type]}`);
  const partitions = HISTORY_PARTITIONS.map((partition) => `\`${partition}\` string`);
  const root = location.endsWith("/") ? location : `${location}/`;
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS \`${name}\` (`,
    columns.join(",\n"),
    ")",
    `PARTITIONED BY (${partitions.join(", ")})`,
    "STORED AS PARQUET",
    `LOCATION ${sqlText(root)}`,
    "TBLPROPERTIES (",
    projection(root, folders)
      .map(([key, value]) => `  ${sqlText(key)} = ${sqlText(value)}`)
      .join(",\n"),
    ")",
  ].join("\n");
}

/** https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
function projection(root: string, folders: HistoryFolders): readonly (readonly [string, string])[] {
  const template = HISTORY_PARTITIONS.map((name) => `${name}=\${${name}}`).join("/");
  return [
    ["projection.enabled", "true"],
    ["projection.account.type", "enum"],
    ["projection.account.values", listed(folders.accounts)],
    ["projection.region.type", "enum"],
    ["projection.region.values", listed(folders.regions)],
    ["projection.day.type", "date"],
    ["projection.day.format", "yyyy-MM-dd"],
    // A host's clock may be ahead of Athena's when a day ends.
    ["projection.day.range", `${folders.firstDay},NOW+1DAYS`],
    ["projection.day.interval", "1"],
    ["projection.day.interval.unit", "DAYS"],
    ["storage.location.template", `${root}${template}/`],
  ];
}

/** The same folders in any order make the same table. */
const listed = (values: readonly string[]): string => [...new Set(values)].sort().join(",");
