import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { consumersQuery } from "../../core/history/consumers-query.ts";
import { duckdbView } from "../../core/history/history-schema.ts";
import { databaseLogsQuery, logHoursQuery } from "../../core/history/hours-query.ts";
import type { HistorySpan } from "../../core/history/live-rows.ts";
import { utcDay } from "../../core/history/utc-day.ts";
import { type FlowHistory, HistoryFault } from "../../ports/flow-history.ts";
import { type AnswerCells, consumerRow, databaseLogRow, logHourRow } from "./answer-rows.ts";

/** Gives the files of a history as files of this machine, under folders named as those of the history. */
export interface HistoryFiles {
  readonly name: string;
  /** Paths of the files of these days (`2026-08-15`, both included). */
  list(days: { readonly from?: string; readonly to?: string }): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Times that a question is asked again, when a compaction removed a file between listing and reading. */
const TRIES = 3;

/** A history asked through DuckDB in this process. */
export function duckdbHistory(files: HistoryFiles): FlowHistory {
  let opened:
    | Promise<{ readonly instance: DuckDBInstance; readonly connection: DuckDBConnection }>
    | undefined;
  const open = async () => {
    const instance = await DuckDBInstance.create(":memory:");
    return { instance, connection: await instance.connect() };
  };
  const ask = async (span: HistorySpan, query: string): Promise<readonly AnswerCells[]> => {
    for (let attempt = 1; ; attempt += 1) {
      const paths = await files.list(daysOf(span));
      // DuckDB refuses a list without files.
      if (paths.length === 0) return [];
      opened ??= open();
      const { connection } = await opened;
      try {
        await connection.run(duckdbView(paths));
        return (await connection.runAndReadAll(query)).getRows();
      } catch (error) {
        if (attempt === TRIES) throw unreadable(files.name, error);
      }
    }
  };
  return {
    name: files.name,
    consumers: async (range) => (await ask(range, consumersQuery(range))).map(consumerRow),
    logHours: async (span) => (await ask(span, logHoursQuery(span))).map(logHourRow),
    databaseLogs: async (span) => (await ask(span, databaseLogsQuery(span))).map(databaseLogRow),
    close: async () => {
      const open = await opened;
      opened = undefined;
      open?.connection.closeSync();
      open?.instance.closeSync();
      await files.close();
    },
  };
}

const daysOf = ({ since, until }: HistorySpan): { readonly from?: string; readonly to?: string } => ({
  ...(since === undefined ? {} : { from: utcDay(since) }),
  ...(until === undefined ? {} : { to: utcDay(until) }),
});

const unreadable = (name: string, error: unknown): HistoryFault =>
  new HistoryFault(
    `The history "${name}" cannot be read`,
    error instanceof Error ? (error.message.split("\n")[0] ?? "") : "DuckDB refused its files",
    "Remove the file that is damaged, and ingest the flow logs of its day again",
    { cause: error },
  );
