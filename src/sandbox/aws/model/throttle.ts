import type { SandboxCall } from "./call.ts";
import type { SandboxClock } from "./clock.ts";

/** A bucket holds `capacity` calls and gains `refillPerSecond`. */
export interface BucketSize {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html
const BUCKETS: Readonly<Record<string, BucketSize>> = {
  CreateTags: { capacity: 100, refillPerSecond: 10 },
  DeleteTags: { capacity: 100, refillPerSecond: 10 },
  ModifyNetworkInterfaceAttribute: { capacity: 100, refillPerSecond: 5 },
  DescribeSecurityGroupReferences: { capacity: 20, refillPerSecond: 5 },
  DescribeStaleSecurityGroups: { capacity: 20, refillPerSecond: 5 },
};
const WRITE: BucketSize = { capacity: 50, refillPerSecond: 5 };
const READ: BucketSize = { capacity: 100, refillPerSecond: 20 };
const UNFILTERED_READ: BucketSize = { capacity: 50, refillPerSecond: 10 };
/** These draw from a smaller bucket when neither filtered nor paginated. */
const HEAVY_READS: ReadonlySet<string> = new Set(["DescribeSecurityGroups", "DescribeNetworkInterfaces"]);

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets of the EC2 API, one per account, region and API name. */
export class Throttle {
  readonly #clock: SandboxClock;
  readonly #buckets = new Map<string, Bucket>();
  enabled = false;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** Takes a token. @returns false when the bucket is empty: the call must be answered with RequestLimitExceeded */
  take(call: SandboxCall): boolean {
    if (!this.enabled || call.context.service !== "ec2") return true;
    const heavy = HEAVY_READS.has(call.operation) && !isNarrowed(call.input);
    const size = heavy ? UNFILTERED_READ : (BUCKETS[call.operation] ?? (call.isWrite ? WRITE : READ));
    const { accountId, region } = call.context;
    const bucket = this.#refilled(
      `${accountId}/${region}/${call.operation}/${heavy ? "unfiltered" : ""}`,
      size,
    );
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #refilled(key: string, size: BucketSize): Bucket {
    const nowMs = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: size.capacity, atMs: nowMs };
    const gained = ((nowMs - bucket.atMs) / 1000) * size.refillPerSecond;
    bucket.tokens = Math.min(size.capacity, bucket.tokens + gained);
    bucket.atMs = nowMs;
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

function isNarrowed(input: unknown): boolean {
  if (typeof input !== "object" || input === null) return false;
  return Object.keys(input).some((key) =>
    /^(Filter|MaxResults|NextToken|GroupId|GroupName|NetworkInterfaceId)/.test(key),
  );
}
