import type { HistoryRange } from "./consumers-query.ts";

/** Days of the history that a run looks at before it takes access away: a job that runs once a month is in them. */
export const SEEN_DAYS = 35;

/**
 * The question behind "who would lose access": who was let in to these databases of late.
 *
 * @param nowSeconds since 1970
 * @param both whether it matters, too, what the databases opened themselves
 */
export const seenLately = (
  databaseArns: readonly string[],
  nowSeconds: number,
  days: number = SEEN_DAYS,
  both = false,
): HistoryRange => ({
  databaseArns,
  ...(both ? {} : { served: true }),
  since: Math.max(0, nowSeconds - days * 86_400),
});
