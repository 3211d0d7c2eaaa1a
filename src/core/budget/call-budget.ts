import { callBucket } from "./call-bucket.ts";

/** What AWS counts together: one call name of one account in one region. */
export interface BudgetedCall {
  readonly accountId: string;
  readonly region: string;
  /** The IAM action, e.g. `ec2:DescribeSecurityGroups`. */
  readonly operation: string;
}

/** What is left of one bucket at a moment. Negative: calls that have been promised and wait for their turn. */
interface Level {
  readonly tokens: number;
  readonly atMs: number;
}

/** Levels by account, region and call; a call that is not in it has a full bucket. */
export type BudgetLevels = ReadonlyMap<string, Level>;

/** A promise of one call. */
export interface Reservation {
  /** Milliseconds to wait before the call may be made; 0 means now. */
  readonly waitMs: number;
  readonly levels: BudgetLevels;
}

export const FULL_BUDGET: BudgetLevels = new Map();

/**
 * Reserves one call. The account's other tools draw from the same buckets, so only a share of capacity and refill is
 * ever used. Calls of one bucket are served in the order in which they were reserved.
 *
 * @param share of AWS's bucket that may be used, more than 0 and at most 1
 * @param nowMs milliseconds of any clock that does not run backwards
 */
export function reserveCall(
  levels: BudgetLevels,
  call: BudgetedCall,
  { share, nowMs }: { readonly share: number; readonly nowMs: number },
): Reservation {
  const { capacity, refillPerSecond } = callBucket(call.operation);
  // A share of a small bucket may be less than one call, and then no call could ever be made.
  const most = Math.max(1, capacity * share);
  const perMs = (refillPerSecond * share) / 1000;
  const key = `${call.accountId}/${call.region}/${call.operation}`;
  const before = levels.get(key) ?? { tokens: most, atMs: nowMs };
  const gained = Math.max(0, nowMs - before.atMs) * perMs;
  const tokens = Math.min(most, before.tokens + gained) - 1;
  const atMs = Math.max(nowMs, before.atMs);
  return {
    waitMs: tokens >= 0 ? 0 : Math.ceil(-tokens / perMs),
    levels: new Map(levels).set(key, { tokens, atMs }),
  };
}
