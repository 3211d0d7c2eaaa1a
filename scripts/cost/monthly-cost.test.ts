import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COST_PAGE, MARK } from "../cost.ts";
import { costTables } from "./cost-tables.ts";
import { monthlyCost } from "./monthly-cost.ts";
import {
  ASSUMED,
  askingRuns,
  billedMs,
  type MeasuredEstate,
  type MeasuredState,
  objectsOfABatch,
  usageOf,
} from "./usage.ts";

const RUN = { ms: 300, cpuMs: 200, calls: 10, s3Get: 2, s3Put: 0, logBytes: 600, peakMiB: 200 };
const ESTATE: MeasuredEstate = {
  memoryMb: 512,
  sweep: RUN,
  reconcile: RUN,
  ingest: { ...RUN, s3Put: 1 },
  ingestWarm: { ...RUN, s3Put: 1, calls: 2 },
  beat: { heartbeat: RUN, sweep: RUN, reconcile: RUN },
  objectGzipBytes: 10_000,
};
const REQUESTS = { calls: 2, s3Get: 1, s3Put: 1, logBytes: 100 };
const STATE: MeasuredState = {
  change: { ...REQUESTS, recordBytes: 1_000 },
  wavesOfSweep: REQUESTS,
  wavesOfReconcile: REQUESTS,
  ledger: REQUESTS,
  dayBytes: 5_000,
  msOfASmallFile: 10,
};
const lineOf = (databases: number, part: string, price: string, estate = ESTATE) => {
  const lines = monthlyCost(databases, usageOf(databases, estate, STATE)).lines.filter(
    (each) => each.part === part && each.price === price,
  );
  if (lines.length === 0) throw new Error(`${part} has no ${price}`);
  const sum = (of: "usd" | "count") => lines.reduce((all, each) => all + each[of], 0);
  return { usd: sum("usd"), count: sum("count") };
};

describe("the cost of a month", () => {
  it("is what one can reckon by hand", () => {
    // 10 databases × 8,760 objects × 1,000 lines × 150 bytes = 13.14 GB, at 0.25 USD.
    expect(lineOf(10, "flow logs", "flowLogDelivery").usd).toBeCloseTo(3.285, 6);
    // 87,600 runs at 0.20 USD a million.
    expect(lineOf(10, "ingest", "lambdaRequest").usd).toBeCloseTo(0.01752, 8);
    // (100 waited + 10 × 50 + 200 × 1769 / 512) ms × 0.5 GB × 300 runs.
    expect(lineOf(10, "reconcile", "lambdaGbSecond").count).toBeCloseTo(300 * 0.5 * 1.291016, 3);
    // Sent, taken, deleted, and five polls of twenty seconds all month.
    expect(lineOf(10, "reconcile", "sqsFifo").count).toBe(900 + 657_000);
    expect(lineOf(10, "watching", "alarm").usd).toBe(0.1 * ASSUMED.alarms);
  });

  it("has each environment of ingest ask once a minute what there is", () => {
    // 87,600 runs in 43,800 minutes: every other one asks.
    expect(askingRuns(87_600, ESTATE)).toBe(43_800);
    expect(askingRuns(40_000, ESTATE)).toBe(40_000);
    // 4,380,000 runs of 891 ms are 1.5 at a time: two environments.
    expect(Math.round(billedMs(ESTATE.ingestWarm, 512))).toBe(891);
    expect(askingRuns(4_380_000, ESTATE)).toBe(87_600);
  });

  it("has what is kept and asked in the bucket, for each run and for each object", () => {
    // 300 changes, 300 reconciles, 8,790 sweeps, 87,600 ingests, and 87,600 small files.
    expect(lineOf(10, "state", "s3Get").count).toBe(300 + 300 + 8_790 + 87_600 + 87_600);
    // Listed 730 times, and 87,600 names in pages of a thousand, twice.
    expect(lineOf(10, "state", "s3Put").count).toBeCloseTo(300 + 300 + 8_790 + 87_600 + 730 + 175.2, 6);
    // A year of records, and 400 days of ten databases.
    expect(lineOf(10, "state", "s3Month").count).toBeCloseTo((300 * 1_000 * 12 + 10 * 400 * 5_000) / 1e9, 9);
    // 96,990 runs with two calls of 50 ms more, and 10 ms for each small file, at half a GB.
    expect(lineOf(10, "state", "lambdaGbSecond").count).toBeCloseTo(
      0.5 * (0.1 * (300 + 300 + 8_790 + 87_600) + 0.01 * 87_600),
      6,
    );
  });

  it("has four runs for a beat: made, noticed, undone, and its repair noticed", () => {
    expect(lineOf(10, "heartbeat", "lambdaRequest").count).toBe(4 * 2_920);
    expect(lineOf(10, "heartbeat", "sqsFifo").count).toBe(3 * 2_920);
  });

  it("is the sum of its lines, and shared by the databases", () => {
    const { lines, usd, usdOfADatabase } = monthlyCost(500, usageOf(500, ESTATE, STATE));
    expect(usd).toBeCloseTo(
      lines.reduce((sum, line) => sum + line.usd, 0),
      9,
    );
    expect(usdOfADatabase).toBeCloseTo(usd / 500, 9);
  });

  it("grows with the time, the calls and the log of a run, and falls with none of them", () => {
    const usd = (sweep: MeasuredEstate["sweep"]) =>
      monthlyCost(10, usageOf(10, { ...ESTATE, sweep }, STATE)).usd;
    const now = usd(RUN);
    for (const more of [{ ms: 900 }, { cpuMs: 290 }, { calls: 20 }, { s3Get: 9 }, { logBytes: 9_000 }])
      expect(usd({ ...RUN, ...more })).toBeGreaterThan(now);
  });

  it("bills computing at the share of a core that the memory buys, and waiting as it is", () => {
    const run = { ...RUN, ms: 1_000, cpuMs: 0, calls: 0 };
    expect(billedMs(run, 512)).toBe(1_000);
    expect(billedMs({ ...run, cpuMs: 1_000 }, 512)).toBeCloseTo(3_455, 0);
    expect(billedMs({ ...run, cpuMs: 1_000 }, 3_538)).toBe(1_000);
  });

  it.each([
    { databases: 10, batch: 1 },
    { databases: 500, batch: 1 },
    { databases: 1_000, batch: 3 },
    { databases: 5_000, batch: 10 },
  ])("has $batch objects in a run with $databases databases", ({ databases, batch }) => {
    expect(objectsOfABatch(databases)).toBe(batch);
  });

  it("allows for all alarms and dashboards of the template", () => {
    const template = readFileSync("test/golden/templates/moat-hub.json", "utf8");
    const count = (type: string) => template.split(`"AWS::CloudWatch::${type}"`).length - 1;
    expect(count("Alarm")).toBeGreaterThan(5);
    expect(count("Alarm")).toBeLessThanOrEqual(ASSUMED.alarms);
    expect(count("Dashboard")).toBe(ASSUMED.dashboards);
  });
});

describe("the cost page", () => {
  it("shows what is computed now; if not: node scripts/cost.ts --write", () => {
    const [, tables] = readFileSync(COST_PAGE, "utf8").split(MARK);
    expect(tables?.trim()).toBe(costTables());
  });
});
