import type { HistoryRange } from "./consumers-query.ts";

/**
 * Who was let in to a database: whoever opened a TCP connection to it that was not turned away. A log format without a
 * protocol or an action says neither, so such rows count. This one definition is what all engines go by.
 */
export const SERVED = { side: "provider", notAction: "REJECT", protocol: "tcp" } as const;

/** Days of the history that a run looks at before it takes access away: a job that runs once a month is in them. */
export const SEEN_DAYS = 35;

/** The fields that decide. */
export interface ServedFields {
  readonly databaseSide?: string;
  readonly action?: string;
  readonly protocol?: string;
}

/** Whether a row tells of somebody who was let in. */
export const wasServed = ({ databaseSide, action, protocol }: ServedFields): boolean =>
  databaseSide === SERVED.side &&
  action !== SERVED.notAction &&
  (protocol ?? SERVED.protocol) === SERVED.protocol;

/**
 * The question behind "who would lose access": who was let in to these databases of late.
 *
 * @param nowSeconds since 1970
 */
export const seenLately = (
  databaseArns: readonly string[],
  nowSeconds: number,
  days: number = SEEN_DAYS,
): HistoryRange => ({ databaseArns, served: true, since: Math.max(0, nowSeconds - days * 86_400) });
