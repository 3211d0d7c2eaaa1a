import { z } from "zod";
import { CONSUMER_COLUMNS } from "../../core/history/consumers-query.ts";
import type { DatabaseLog, HistoryConsumer, LogHour } from "../../core/history/history-answers.ts";
import { DATABASE_LOG_COLUMNS, LOG_HOUR_COLUMNS } from "../../core/history/hours-query.ts";

const Count = z.coerce.number().int();
const Text = z.string().optional();

const Consumer = z
  .object({
    database_arn: z.string(),
    database_side: z.string(),
    consumer: z.string(),
    provider: z.string(),
    port: Count.optional(),
    protocol: Text,
    action: Text,
    records: Count,
    first_seen: Count,
    last_seen: Count,
  })
  .transform(({ database_arn, database_side, first_seen, last_seen, ...row }) => ({
    databaseArn: database_arn,
    databaseSide: database_side,
    ...row,
    firstSeen: first_seen,
    lastSeen: last_seen,
  }));

const Hour = z
  .object({
    account: z.string(),
    region: z.string(),
    flow_log: Text,
    hour_start: Count,
    objects: Count,
    records: Count,
    skip_data: Count,
    malformed: Count,
    incomplete: Count,
  })
  .transform(({ flow_log, hour_start, skip_data, ...row }) => ({
    ...row,
    ...(flow_log === undefined ? {} : { flowLog: flow_log }),
    hourStart: hour_start,
    skipData: skip_data,
  }));

const Log = z
  .object({ database_arn: z.string(), account: z.string(), region: z.string(), flow_log: Text })
  .transform(({ database_arn, flow_log, ...row }) => ({
    databaseArn: database_arn,
    ...row,
    ...(flow_log === undefined ? {} : { flowLog: flow_log }),
  }));

/** Cells in the order of the query's columns, `null` or `undefined` where there is none: numbers, bigints or text. */
export type AnswerCells = readonly unknown[];

/** One row of the answer to the query for consumers. */
export const consumerRow = (cells: AnswerCells): HistoryConsumer =>
  Consumer.parse(named(CONSUMER_COLUMNS, cells)) as HistoryConsumer;

/** One row of the answer to the query for the hours of flow logs. */
export const logHourRow = (cells: AnswerCells): LogHour => Hour.parse(named(LOG_HOUR_COLUMNS, cells));

/** One row of the answer to the query for the flow logs of databases. */
export const databaseLogRow = (cells: AnswerCells): DatabaseLog =>
  Log.parse(named(DATABASE_LOG_COLUMNS, cells));

const named = (columns: readonly string[], cells: AnswerCells): object =>
  Object.fromEntries(
    columns.flatMap((name, i) => {
      const cell = cells[i];
      return cell === null || cell === undefined
        ? []
        : [[name, typeof cell === "bigint" ? Number(cell) : cell]];
    }),
  );
