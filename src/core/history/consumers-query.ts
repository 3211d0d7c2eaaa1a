import { oneOf, sqlText } from "./history-schema.ts";
import { type HistorySpan, liveRows } from "./live-rows.ts";
import { SERVED } from "./served.ts";

/** Which part of the history is asked for. What is absent does not narrow. */
export interface HistoryRange extends HistorySpan {
  readonly databaseArns?: readonly string[];
  readonly consumer?: string;
  /** True: only who was let in to a database, as {@link SERVED} says. */
  readonly served?: boolean;
}

/** The columns of {@link consumersQuery}, in its order. */
export const CONSUMER_COLUMNS = [
  "database_arn",
  "database_side",
  "consumer",
  "provider",
  "port",
  "protocol",
  "action",
  "records",
  "first_seen",
  "last_seen",
] as const;

const GROUPS = CONSUMER_COLUMNS.slice(0, 7);

/** Who talked to which database, one row a consumer, provider, port, protocol and action; for DuckDB and Athena. */
export function consumersQuery(range: HistoryRange, from?: string): string {
  const groups = GROUPS.join(", ");
  return [
    liveRows(range, from),
    // DuckDB sums bigint into hugeint, Athena into bigint.
    `SELECT ${groups}, CAST(sum(records) AS bigint) AS records,`,
    "  min(first_seen) AS first_seen, max(last_seen) AS last_seen",
    `FROM live WHERE ${["row_kind = 'flow'", ...conditionsOf(range)].join(" AND ")}`,
    `GROUP BY ${groups}`,
    // Where an absent value sorts differs unless it is said.
    `ORDER BY ${GROUPS.map((name) => `${name} NULLS LAST`).join(", ")}`,
  ].join("\n");
}

function conditionsOf(range: HistoryRange): readonly string[] {
  const { databaseArns, consumer, served = false, since, until } = range;
  return [
    ...(databaseArns === undefined ? [] : [oneOf("database_arn", databaseArns)]),
    ...(served ? servedConditions() : []),
    ...(consumer === undefined ? [] : [`consumer = ${sqlText(consumer)}`]),
    ...(since === undefined ? [] : [`last_seen >= ${Math.floor(since)}`]),
    ...(until === undefined ? [] : [`first_seen < ${Math.floor(until)}`]),
  ];
}

function servedConditions(): readonly string[] {
  const { side, notAction, protocol } = SERVED;
  return [
    `database_side = ${sqlText(side)}`,
    `(action IS NULL OR action <> ${sqlText(notAction)})`,
    `(protocol IS NULL OR protocol = ${sqlText(protocol)})`,
  ];
}
