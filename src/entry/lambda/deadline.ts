/** What Lambda tells a handler about its time. */
export interface TimeLeft {
  getRemainingTimeInMillis(): number;
}

/** Kept back at the end: a fifth of the time, 60 seconds at most. */
const SHARE = 0.2;
const LONGEST_RESERVE_MS = 60_000;

/**
 * The moment, in whole milliseconds since 1970, after which a run begins nothing new. What is kept back is for the step that
 * is under way then and for the answer: Lambda kills a run that is too late, and delivers all of its messages again.
 */
export function stopMoment(nowMs: number, context: TimeLeft): number {
  const leftMs = context.getRemainingTimeInMillis();
  return Math.floor(nowMs + leftMs - Math.min(LONGEST_RESERVE_MS, leftMs * SHARE));
}
