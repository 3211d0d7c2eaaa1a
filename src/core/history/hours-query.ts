import { type HistorySpan, liveRows } from "./live-rows.ts";

/** The columns of {@link logHoursQuery}, in its order. */
export const LOG_HOUR_COLUMNS = [
  "account",
  "region",
  "flow_log",
  "hour_start",
  "objects",
  "records",
  "skip_data",
  "malformed",
  "incomplete",
] as const;

/** How much of each hour each flow log delivered; an object that lies under two days counts once. */
export const logHoursQuery = (span: HistorySpan, from?: string): string =>
  `${liveRows(span, from)}, object AS (
  SELECT account, region, flow_log, object_digest, min(hour_start) AS hour_start, max(records) AS records,
    max(skip_data) AS skip_data, max(malformed) AS malformed, max(1 - complete) AS incomplete
  FROM live WHERE row_kind = 'object'
  GROUP BY account, region, flow_log, object_digest
)
SELECT account, region, flow_log, hour_start, count(*) AS objects, CAST(sum(records) AS bigint) AS records,
  CAST(sum(skip_data) AS bigint) AS skip_data, CAST(sum(malformed) AS bigint) AS malformed,
  CAST(sum(incomplete) AS bigint) AS incomplete
FROM object${hoursOf(span)}
GROUP BY account, region, flow_log, hour_start
ORDER BY account, region, flow_log NULLS LAST, hour_start`;

/** The columns of {@link databaseLogsQuery}, in its order. */
export const DATABASE_LOG_COLUMNS = ["database_arn", "account", "region", "flow_log"] as const;

/** Which flow logs ever told of which database, within the span. */
export const databaseLogsQuery = (span: HistorySpan, from?: string): string =>
  `${liveRows(span, from)}
SELECT DISTINCT database_arn, account, region, flow_log FROM live
WHERE row_kind = 'flow'
ORDER BY database_arn, account, region, flow_log NULLS LAST`;

function hoursOf({ since, until }: HistorySpan): string {
  const conditions = [
    ...(since === undefined ? [] : [`hour_start >= ${Math.floor(since / 3600) * 3600}`]),
    ...(until === undefined ? [] : [`hour_start < ${Math.floor(until)}`]),
  ];
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}
