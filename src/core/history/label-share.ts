import type { ConsumerLabels } from "../plan/losses.ts";
import type { HistoryConsumer } from "./history-answers.ts";

/** How many conversations with a database there are, and of how many policy knows the consumer by a label. */
export interface LabelShare {
  /** A consumer that uses two ports, or was both let in and turned away, has two. */
  readonly conversations: number;
  readonly labelled: number;
}

/** The share of each database that served anybody, by its ARN. */
export function labelShares(
  rows: readonly HistoryConsumer[],
  labels: ConsumerLabels,
): ReadonlyMap<string, LabelShare> {
  const known = new Map<string, boolean>();
  const shares = new Map<string, LabelShare>();
  for (const { databaseArn, databaseSide, consumer } of rows) {
    if (databaseSide !== "provider") continue;
    const isKnown = known.get(consumer) ?? Object.keys(labels(consumer)).length > 0;
    known.set(consumer, isKnown);
    const { conversations, labelled } = shares.get(databaseArn) ?? { conversations: 0, labelled: 0 };
    shares.set(databaseArn, { conversations: conversations + 1, labelled: labelled + (isKnown ? 1 : 0) });
  }
  return shares;
}
