import { callBucket } from "./call-bucket.ts";

/** What AWS counts together: one call name of one account in one region. */
export interface BudgetedCall {
  readonly accountId: string;
  readonly region: string;
  /** The IAM action, e.g. `ec2:DescribeSecurityGroups`. */
  readonly operation: string;
}

/** What is left of one bucket at a moment. Negative: calls that have been promised and wait for their turn. */
export interface BucketLevel {
  readonly tokens: number;
  readonly atMs: number;
}

/** A promise of one call. */
export interface Reservation {
  /** Milliseconds to wait before the call may be made; 0 means now. */
  readonly waitMs: number;
  readonly level: BucketLevel;
}

/** Calls with the same key draw from the same bucket. */
export const bucketKey = ({ accountId, region, operation }: BudgetedCall): string =>
  `${accountId}/${region}/${operation}`;

/**
 * Reserves one call. The account's other tools draw from the same buckets, so only a share of capacity and refill is
 * ever used. Calls of one bucket are served in the order in which they were reserved.
 *
 * @param before what the last reservation left of the call's bucket; `undefined` for a full one
 * @param operation the IAM action, e.g. `ec2:DescribeSecurityGroups`
 * @param share of AWS's bucket that may be used, more than 0 and at most 1
 * @param nowMs milliseconds of any clock that does not run backwards
 */
export function reserveCall(
  before: BucketLevel | undefined,
  operation: string,
  { share, nowMs }: { readonly share: number; readonly nowMs: number },
): Reservation {
  const { capacity, refillPerSecond } = callBucket(operation);
  // A share of a small bucket may be less than one call, and then no call could ever be made.
  const most = Math.max(1, capacity * share);
  const perMs = (refillPerSecond * share) / 1000;
  const from = before ?? { tokens: most, atMs: nowMs };
  const gained = Math.max(0, nowMs - from.atMs) * perMs;
  const tokens = Math.min(most, from.tokens + gained) - 1;
  return {
    waitMs: tokens >= 0 ? 0 : Math.ceil(-tokens / perMs),
    level: { tokens, atMs: Math.max(nowMs, from.atMs) },
  };
}
