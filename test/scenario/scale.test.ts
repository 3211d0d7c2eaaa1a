import { describe, expect, it } from "vitest";
import { callMeter } from "../../src/adapters/aws/call-meter.ts";
import type { SweepMemory } from "../../src/app/watch/survey.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { type ScaleEstate, scaleEstate } from "../support/scale-estate.ts";
import { type ScaleRun, sweepAll, taken } from "../support/scale-sweeps.ts";

const REGIONS = ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2"];
const PERCENT = 20;
const TEN_MINUTES_MS = 600_000;

const metered = (clock: Clock) => callMeter({ percent: PERCENT, clock });
const unmetered = () => undefined;

const writes = ({ calls }: ScaleRun) => calls.filter(({ call }) => call.isWrite);
const turnedAway = ({ calls }: ScaleRun) => calls.filter(({ seen }) => seen !== "ok");
const inSync = ({ reports }: ScaleRun): number =>
  reports.flatMap(({ report }) => report.plan.databases).filter((d) => d.inSync).length;

/** No bucket of AWS gave more than the share, in any stretch of time. */
function expectWithinBudget(run: ScaleRun): void {
  const used = taken(run.calls, PERCENT / 100);
  expect([...used.keys()]).toEqual(expect.arrayContaining(["ec2 read", "rds read"]));
  for (const { ofBudget, ofRefill } of used.values()) {
    // The wait is a whole number of milliseconds, and never shorter than it should be.
    expect(ofBudget).toBeLessThanOrEqual(1.0001);
    expect(ofRefill).toBeLessThanOrEqual(PERCENT / 100);
  }
  expect(turnedAway(run)).toEqual([]);
}

describe("5,000 databases in 50 accounts and 4 regions", () => {
  it("are all enforced within ten minutes, then swept in seconds, with a fifth of AWS's rate", async () => {
    const estate = scaleEstate({ accounts: 50, regions: REGIONS, each: 25, rules: 8 });
    const first = await sweepAll(estate, metered);
    expect(inSync(first)).toBe(5_000);
    expect(first.tookMs).toBeLessThan(TEN_MINUTES_MS);
    // Create, authorise, attach, detach.
    expect(writes(first)).toHaveLength(4 * 5_000);
    expectWithinBudget(first);

    const idle = await sweepAll(estate, metered, first.memories);
    expect(inSync(idle)).toBe(5_000);
    expect(writes(idle)).toEqual([]);
    expect(idle.tookMs).toBeLessThan(10_000);
    // Of each account and region, however many databases are in it.
    expect(idle.calls).toHaveLength(200 * IDLE_READS);
    expectWithinBudget(idle);
  }, 300_000);
});

/** Reads of an account and region while nothing changes, as long as each kind of thing fits on a page. */
const IDLE_READS = 13;

describe("calls of a reconcile that finds nothing to do", () => {
  // RDS gives 100 instances a page, and EC2 1,000 of everything: each further page is one more call.
  it.each([
    { databases: 1, pages: 0 },
    { databases: 10, pages: 0 },
    { databases: 100, pages: 0 },
    { databases: 250, pages: 2 + 1 },
  ])("$databases databases: 13 reads and $pages further pages", async ({ databases, pages }) => {
    const estate = scaleEstate({ accounts: 1, regions: ["eu-west-1"], each: databases, rules: 4 });
    const first = await sweepAll(estate, unmetered);
    const idle = await sweepAll(estate, unmetered, first.memories);
    expect(inSync(idle)).toBe(databases);
    expect(writes(idle)).toEqual([]);
    expect(idle.calls).toHaveLength(IDLE_READS + pages);
  });
});

describe("a burst of 500 tamper events", () => {
  it("is repaired in order of danger, the widest exposure first, within the budget", async () => {
    const estate = scaleEstate({ accounts: 1, regions: ["eu-west-1"], each: 500, rules: 4 });
    estate.sandbox.throttle.enabled = false;
    const enforced = await sweepAll(estate, unmetered);
    expect(inSync(enforced)).toBe(500);
    estate.sandbox.throttle.enabled = true;
    estate.clock.advance(TEN_MINUTES_MS);
    const widths = tamper(estate, enforced.memories[0]);
    const repaired = await sweepAll(estate, metered, enforced.memories);
    expect(inSync(repaired)).toBe(500);
    expectWithinBudget(repaired);
    const made = Map.groupBy(writes(repaired), ({ call }) => call.operation);
    // One call that takes the rule away, one that notes the repair on the group.
    expect([...made].map(([operation, calls]) => [operation, calls.length])).toEqual([
      ["RevokeSecurityGroupIngress", 500],
      ["CreateTags", 500],
    ]);
    const order = (made.get("RevokeSecurityGroupIngress") ?? []).map(({ call, atMs }) => ({
      width: widths.get((call.input as { readonly GroupId: string }).GroupId) ?? -1,
      atMs,
    }));
    // As many databases are at work at once as the run has hands, so neighbours may change places; nothing else may.
    for (const [n, { width }] of order.entries())
      for (const { width: later } of order.slice(n + HANDS)) expect(later).toBeGreaterThanOrEqual(width);
    // A database that was open to the whole Internet is closed in the first seconds of eight minutes.
    const wide = order.filter(({ width }) => width === 0).map(({ atMs }) => atMs - (order[0]?.atMs ?? 0));
    expect(wide).toHaveLength(20);
    expect(Math.max(...wide)).toBeLessThan(15_000);
  }, 120_000);

  it("without a meter takes more than that, and is found out", async () => {
    const estate = scaleEstate({ accounts: 1, regions: ["eu-west-1"], each: 60, rules: 4 });
    const enforced = await sweepAll(estate, unmetered);
    tamper(estate, enforced.memories[0]);
    const repaired = await sweepAll(estate, unmetered, enforced.memories);
    expect(taken(repaired.calls, PERCENT / 100).get("ec2 write")?.ofBudget).toBeGreaterThan(3);
  });
});

const HANDS = 4;

/** Opens each database's group by one rule of some width. @returns the prefix length by group id */
function tamper(estate: ScaleEstate, memory: SweepMemory | undefined): ReadonlyMap<string, number> {
  const [target] = estate.targets;
  if (target === undefined || memory === undefined) throw new Error("Nothing was enforced");
  const seed = estate.sandbox.seedIn(target.accountId, target.region);
  return new Map(
    target.arns.map((arn, n) => {
      const groupId = memory.remembered.get(arn)?.managedGroups[0] ?? "";
      // 0, 1, … 24 in an order that is neither that of the names nor its reverse.
      const width = (n * 7) % 25;
      seed.rules(groupId, [
        { protocol: "tcp", port: 5432, cidr: `${width === 0 ? "0.0.0.0" : network(width)}/${width}` },
      ]);
      return [groupId, width] as const;
    }),
  );
}

const network = (width: number): string => (width < 8 ? "0.0.0.0" : "198.0.0.0");
