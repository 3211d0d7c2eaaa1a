import type { Diagnostic } from "../core/diagnostic.ts";
import type { HistoryRange } from "../core/history/consumers-query.ts";
import type { HistoryConsumer } from "../core/history/history-answers.ts";
import type { FlowHistory } from "../ports/flow-history.ts";
import { expectedProblem } from "./expected-problem.ts";

/** What the history answered, or why it could not. */
export type HistoryReading =
  | {
      readonly kind: "read";
      readonly consumers: readonly HistoryConsumer[];
      /** ARNs of the databases that it was asked about; all when absent. */
      readonly asked?: ReadonlySet<string>;
    }
  | { readonly kind: "unreadable"; readonly problem: Diagnostic };

/** Asks who was seen. A history that does not answer is told apart from one in which nobody was seen. */
export async function readHistory(history: FlowHistory, range: HistoryRange = {}): Promise<HistoryReading> {
  try {
    const consumers = await history.consumers(range);
    const { databaseArns } = range;
    return {
      kind: "read",
      consumers,
      ...(databaseArns === undefined ? {} : { asked: new Set(databaseArns) }),
    };
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { kind: "unreadable", problem: { ...problem, code: "HISTORY_UNREADABLE" } };
  }
}
