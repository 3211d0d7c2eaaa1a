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
  /** What is used of the share at that moment: 1, and less for a while after AWS refused a call for its rate. */
  readonly pace: number;
}

/** A refusal halves the pace, down to this; it is made good at {@link REGAINED_PER_MS}. */
const SLOWEST_PACE = 1 / 16;
/** From the slowest pace to the whole one in about two minutes. */
const REGAINED_PER_MS = 1 / 120_000;

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
  const now = levelAt(before, operation, { share, nowMs });
  const tokens = now.tokens - 1;
  const { perMs } = sharedBucket(operation, share);
  return {
    waitMs: tokens >= 0 ? 0 : Math.ceil(-tokens / (perMs * now.pace)),
    level: { ...now, tokens },
  };
}

/**
 * What is left of a bucket after AWS refused a call for its rate: the account's other tools take more of it than the
 * share leaves them. Nothing is in store, and the calls that follow come at half the pace, until it is regained.
 */
export function slowedDown(
  before: BucketLevel | undefined,
  operation: string,
  at: { readonly share: number; readonly nowMs: number },
): BucketLevel {
  const now = levelAt(before, operation, at);
  return { ...now, tokens: Math.min(now.tokens, 0), pace: Math.max(SLOWEST_PACE, now.pace / 2) };
}

function levelAt(
  before: BucketLevel | undefined,
  operation: string,
  { share, nowMs }: { readonly share: number; readonly nowMs: number },
): BucketLevel {
  const { most, perMs } = sharedBucket(operation, share);
  const from = before ?? { tokens: most, atMs: nowMs, pace: 1 };
  const passed = Math.max(0, nowMs - from.atMs);
  return {
    tokens: Math.min(most, from.tokens + passed * perMs * from.pace),
    atMs: Math.max(nowMs, from.atMs),
    pace: Math.min(1, from.pace + passed * REGAINED_PER_MS),
  };
}

function sharedBucket(operation: string, share: number): { readonly most: number; readonly perMs: number } {
  const { capacity, refillPerSecond } = callBucket(operation);
  // A share of a small bucket may be less than one call, and then no call could ever be made.
  return { most: Math.max(1, capacity * share), perMs: (refillPerSecond * share) / 1000 };
}
