import { type DatabaseCoverage, databaseCoverage } from "../core/history/coverage.ts";
import type { HistoryConsumer } from "../core/history/history-answers.ts";
import type { FlowHistory } from "../ports/flow-history.ts";
import { expectedProblem } from "./expected-problem.ts";

/** What a history adds to the map: who was seen, and how much of the traffic of each database it can have seen. */
export interface MapHistory {
  readonly consumers: readonly HistoryConsumer[];
  readonly coverage: readonly DatabaseCoverage[];
  /** Why it could not be read; then the others are empty. */
  readonly problem?: string;
}

/** Asks a history all that the map shows of it. */
export async function readMapHistory(
  history: FlowHistory,
  databaseArns: readonly string[],
): Promise<MapHistory> {
  try {
    const consumers = await history.consumers({});
    const hours = await history.logHours({});
    const logs = await history.databaseLogs({});
    return { consumers, coverage: hours.length === 0 ? [] : databaseCoverage(databaseArns, logs, hours) };
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { consumers: [], coverage: [], problem: problem.what };
  }
}
