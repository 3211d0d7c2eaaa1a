import { utcDay } from "./history-day.ts";
import { HISTORY_TABLE, sqlText } from "./history-schema.ts";

/** Which part of the history is asked for. What is absent does not narrow. */
export interface HistoryRange {
  readonly databaseArn?: string;
  readonly consumer?: string;
  /** Seconds since 1970, UTC: only what was seen at this moment or later. */
  readonly since?: number;
}

/** The columns of {@link consumersQuery}, in its order. */
export const CONSUMER_COLUMNS = [
  "database_arn",
  "consumer",
  "provider",
  "port",
  "protocol",
  "action",
  "records",
  "first_seen",
  "last_seen",
] as const;

/** Who talked to which database, one row a consumer, provider, port, protocol and action; for DuckDB and Athena. */
export function consumersQuery(range: HistoryRange): string {
  const groups = "database_arn, consumer, provider, port, protocol, action";
  const conditions = conditionsOf(range);
  return [
    // DuckDB sums bigint into hugeint, Athena into bigint.
    `SELECT ${groups}, CAST(sum(records) AS bigint) AS records,`,
    "  min(first_seen) AS first_seen, max(last_seen) AS last_seen",
    `FROM ${HISTORY_TABLE}`,
    ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(" AND ")}`]),
    `GROUP BY ${groups}`,
    // Where an absent value sorts differs unless it is said.
    `ORDER BY ${groups
      .split(", ")
      .map((c) => `${c} NULLS LAST`)
      .join(", ")}`,
  ].join("\n");
}

function conditionsOf({ databaseArn, consumer, since }: HistoryRange): readonly string[] {
  return [
    ...(databaseArn === undefined ? [] : [`database_arn = ${sqlText(databaseArn)}`]),
    ...(consumer === undefined ? [] : [`consumer = ${sqlText(consumer)}`]),
    // The day lets both engines leave out whole folders.
    ...(since === undefined ? [] : [`day >= ${sqlText(utcDay(since))}`, `last_seen >= ${Math.floor(since)}`]),
  ];
}
