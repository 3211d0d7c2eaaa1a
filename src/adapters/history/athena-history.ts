import { createHash } from "node:crypto";
import { athenaTable } from "../../core/history/athena-table.ts";
import { CONSUMER_COLUMNS, consumersQuery } from "../../core/history/consumers-query.ts";
import { HISTORY_TABLE } from "../../core/history/history-schema.ts";
import {
  DATABASE_LOG_COLUMNS,
  databaseLogsQuery,
  LOG_HOUR_COLUMNS,
  logHoursQuery,
} from "../../core/history/hours-query.ts";
import type { Clock } from "../../ports/clock.ts";
import type { FlowHistory } from "../../ports/flow-history.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { S3Uri } from "../aws/s3-uri.ts";
import { type AnswerCells, consumerRow, databaseLogRow, logHourRow } from "./answer-rows.ts";
import { type AthenaSettings, athenaQueries } from "./athena-query.ts";
import { s3HistoryFolders } from "./s3-history-folders.ts";

/**
 * A history in S3 asked through Athena, by the same queries as through DuckDB. Its table is named after what defines
 * it, so that a table that is there is always the right one: nobody has to alter it, and two who begin at once make
 * the same one.
 */
export function athenaHistory(
  clients: AwsClients,
  place: S3Uri,
  settings: AthenaSettings,
  clock: Clock,
): FlowHistory {
  const location = `s3://${place.bucket}/${place.prefix}`;
  const queries = athenaQueries(clients, settings, clock);
  const made = new Set<string>();
  const ask = async (
    query: (table: string) => string,
    columns: readonly string[],
  ): Promise<readonly AnswerCells[]> => {
    // Looked at for each question: an account that came since must not be missing from the answer.
    const folders = await s3HistoryFolders(clients, place);
    if (folders === undefined) return [];
    const table = tableName(athenaTable(location, folders));
    if (!made.has(table)) await queries.run(athenaTable(location, folders, table));
    made.add(table);
    return queries.ask(query(table), columns);
  };
  return {
    name: `${location} through Athena`,
    consumers: async (range) =>
      (await ask((from) => consumersQuery(range, from), CONSUMER_COLUMNS)).map(consumerRow),
    logHours: async (span) =>
      (await ask((from) => logHoursQuery(span, from), LOG_HOUR_COLUMNS)).map(logHourRow),
    databaseLogs: async (span) =>
      (await ask((from) => databaseLogsQuery(span, from), DATABASE_LOG_COLUMNS)).map(databaseLogRow),
    close: () => queries.stop(),
  };
}

const tableName = (definition: string): string =>
  `${HISTORY_TABLE}_${createHash("sha256").update(definition, "utf8").digest("hex").slice(0, 12)}`;
