import { type DatabaseCoverage, databaseCoverage } from "../core/history/coverage.ts";
import type { HistoryConsumer } from "../core/history/history-answers.ts";
import type { FlowHistory } from "../ports/flow-history.ts";
import { expectedProblem } from "./expected-problem.ts";
import type { HistoryReading } from "./read-history.ts";
import type { Unseen } from "./read-unseen.ts";

/** What a history adds to the map: who was seen, and how much of the traffic of each database it can have seen. */
export interface MapHistory {
  readonly consumers: readonly HistoryConsumer[];
  readonly coverage: readonly DatabaseCoverage[];
  /** Interfaces that no flow log sees, where the subscriptions can be read at all. */
  readonly unseen?: Unseen;
  /** Why it could not be read, or not in full; what it did not say is empty. */
  readonly problem?: string;
}

/**
 * Asks a history for how many hours it holds logs, and puts that beside who it saw.
 *
 * @param seen what the plan was made with, so that nobody is asked for twice
 */
export async function readMapHistory(
  history: FlowHistory,
  seen: HistoryReading,
  databaseArns: readonly string[],
): Promise<MapHistory> {
  if (seen.kind === "unreadable") return unreadable(seen.problem.what);
  const { consumers } = seen;
  try {
    const hours = await history.logHours({});
    const logs = await history.databaseLogs({});
    return { consumers, coverage: hours.length === 0 ? [] : databaseCoverage(databaseArns, logs, hours) };
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { ...unreadable(problem.what), consumers };
  }
}

const unreadable = (problem: string): MapHistory => ({ consumers: [], coverage: [], problem });
