import type { RetryStrategyV2 } from "@smithy/types";
import type { AwsClients } from "../../src/adapters/aws/aws-clients.ts";
import { awsEnforcement } from "../../src/adapters/aws/aws-enforcement.ts";
import { awsInventorySource } from "../../src/adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../src/adapters/aws/aws-live-state.ts";
import type { CallMeter } from "../../src/adapters/aws/call-meter.ts";
import { EMPTY_MEMORY, type SweepMemory } from "../../src/app/watch/survey.ts";
import { type SweepReport, sweep } from "../../src/app/watch/sweep.ts";
import type { CallRecord } from "../../src/sandbox/aws/model/call.ts";
import { directClients } from "../simulation/direct-clients.ts";
import type { ScaleEstate, ScaleTarget } from "./scale-estate.ts";
import { simulatedTime } from "./simulated-time.ts";

/** What a call takes on its way, in milliseconds of simulated time. */
const LATENCY_MS = 100;

/** Nothing is repeated: a call that AWS turns away for its rate is a fault of the budget and must show. */
const NEVER: RetryStrategyV2 = {
  acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
  refreshRetryTokenForRetry: async (_token, { error }) => {
    throw error ?? new Error("No attempt left");
  },
  recordSuccess: () => undefined,
};

/** What sweeping every target of an estate came to. */
export interface ScaleRun {
  readonly reports: readonly SweepReport[];
  readonly memories: readonly SweepMemory[];
  /** Of simulated time. */
  readonly tookMs: number;
  /** Every call of this run, in order. */
  readonly calls: readonly CallRecord[];
}

/** Sweeps all targets side by side, with the sweep, the adapters and the meter of production. */
export async function sweepAll(
  estate: ScaleEstate,
  makeMeter: (clock: ReturnType<typeof simulatedTime>["clock"]) => CallMeter | undefined,
  memories: readonly SweepMemory[] = [],
): Promise<ScaleRun> {
  const time = simulatedTime(estate.clock);
  const meter = makeMeter(time.clock);
  const begunAt = estate.clock.now();
  const callsBefore = estate.sandbox.calls.length;
  const sweeps = estate.targets.map((target, n) =>
    sweepOne(estate, target, time.clock, meter, memories[n] ?? EMPTY_MEMORY),
  );
  const reports = await time.run(Promise.all(sweeps));
  return {
    reports,
    memories: reports.map(({ memory }) => memory),
    tookMs: estate.clock.now() - begunAt,
    calls: estate.sandbox.calls.slice(callsBefore),
  };
}

/** Clients of an account and region whose calls take their time. */
export function targetClients(
  sandbox: ScaleEstate["sandbox"],
  { accountId, region }: Pick<ScaleTarget, "accountId" | "region">,
  clock: ReturnType<typeof simulatedTime>["clock"],
  meter?: CallMeter,
): AwsClients {
  return directClients({
    sandbox,
    // An access key of twelve digits acts in the account of that number.
    accessKeyId: accountId,
    region,
    reads: NEVER,
    writes: NEVER,
    enqueue: async (what, call) => {
      const [service = "", name = ""] = what.split(" ", 2);
      await meter?.pass({ accountId, region, operation: `${service}:${name}` });
      await clock.sleep(LATENCY_MS);
      return call();
    },
  });
}

function sweepOne(
  { sandbox, policy }: ScaleEstate,
  target: ScaleTarget,
  clock: ReturnType<typeof simulatedTime>["clock"],
  meter: CallMeter | undefined,
  memory: SweepMemory,
): Promise<SweepReport> {
  const clients = targetClients(sandbox, target, clock, meter);
  const ports = {
    clock,
    inventory: awsInventorySource(clients),
    live: awsLiveState(clients),
    enforcement: awsEnforcement(clients),
    audit: { record: async () => {} },
  };
  const plan = {
    owner: "moat",
    modes: { default: "observe", databases: {} },
    acknowledged: new Set<string>(),
    shrinkPercent: 30,
  } as const;
  return sweep(ports, { plan }, { policy, readAt: clock.now(), why: [] }, memory);
}

/** A bucket as AWS has it. */
interface Bucket {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

// EC2's are from https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html; RDS publishes none, so these
// are assumed. Written down once more here, so that a mistake in the budget's own table shows.
const BUCKETS: Readonly<Record<string, Bucket>> = {
  "ec2 read": { capacity: 100, refillPerSecond: 20 },
  "ec2 write": { capacity: 50, refillPerSecond: 5 },
  "rds read": { capacity: 50, refillPerSecond: 10 },
  "rds write": { capacity: 20, refillPerSecond: 2 },
  "ec2 CreateTags": { capacity: 100, refillPerSecond: 10 },
};

/** How much of each kind of AWS's buckets was taken, by the account, region and call that took most of it. */
export interface Taken {
  /** Calls against what a share of full bucket and refill allows at that moment: 1 is all of it. */
  readonly ofBudget: number;
  /** Calls against the refill of any ten minutes: 0.2 is a fifth. */
  readonly ofRefill: number;
}

/** Judges a log of calls by buckets of its own. @param share of AWS's buckets that may be taken */
export function taken(calls: readonly CallRecord[], share: number): ReadonlyMap<string, Taken> {
  const byBucket = Map.groupBy(calls, ({ call: { context, operation, isWrite } }) => {
    const own = `${context.service} ${operation}`;
    const kind = own in BUCKETS ? own : `${context.service} ${isWrite ? "write" : "read"}`;
    return `${kind}|${context.accountId}|${context.region}|${operation}`;
  });
  const worst = new Map<string, Taken>();
  for (const [key, log] of byBucket) {
    const kind = key.slice(0, key.indexOf("|"));
    const bucket = BUCKETS[kind];
    if (bucket === undefined) continue;
    const before = worst.get(kind) ?? { ofBudget: 0, ofRefill: 0 };
    const times = log.map(({ atMs }) => atMs);
    worst.set(kind, {
      ofBudget: Math.max(before.ofBudget, ofBudget(times, bucket, share)),
      ofRefill: Math.max(before.ofRefill, mostWithin(times, 600_000) / (600 * bucket.refillPerSecond)),
    });
  }
  return worst;
}

/** The largest part of a share of the bucket that was ever missing: more than 1 is an overdraft. */
function ofBudget(times: readonly number[], { capacity, refillPerSecond }: Bucket, share: number): number {
  const most = capacity * share;
  let missing = 0;
  let worst = 0;
  let last = times[0] ?? 0;
  for (const at of times) {
    missing = Math.max(0, missing - ((at - last) / 1000) * refillPerSecond * share) + 1;
    last = at;
    worst = Math.max(worst, missing / most);
  }
  return worst;
}

function mostWithin(times: readonly number[], windowMs: number): number {
  let most = 0;
  for (let first = 0, at = 0; at < times.length; at += 1) {
    while ((times[at] ?? 0) - (times[first] ?? 0) > windowMs) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}
