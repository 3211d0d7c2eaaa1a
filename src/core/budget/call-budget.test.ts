import { describe, expect, it } from "vitest";
import { callBucket } from "./call-bucket.ts";
import { type BudgetLevels, FULL_BUDGET, reserveCall } from "./call-budget.ts";

const call = (operation: string, accountId = "1", region = "eu-west-1") => ({ accountId, region, operation });

/** Waits of `count` calls reserved at one moment. */
function waits(operation: string, count: number, share: number): readonly number[] {
  let levels: BudgetLevels = FULL_BUDGET;
  return Array.from({ length: count }, () => {
    const reserved = reserveCall(levels, call(operation), { share, nowMs: 0 });
    levels = reserved.levels;
    return reserved.waitMs;
  });
}

describe("the budget of calls", () => {
  it.each([
    { operation: "ec2:DescribeSecurityGroups", capacity: 100, refillPerSecond: 20 },
    { operation: "ec2:AuthorizeSecurityGroupIngress", capacity: 50, refillPerSecond: 5 },
    { operation: "ec2:CreateTags", capacity: 100, refillPerSecond: 10 },
    { operation: "rds:ModifyDBInstance", capacity: 20, refillPerSecond: 2 },
    { operation: "sts:AssumeRole", capacity: 50, refillPerSecond: 10 },
  ])("knows the bucket of $operation", ({ operation, ...bucket }) => {
    expect(callBucket(operation)).toEqual(bucket);
  });

  it("lets a share of the bucket pass at once, and then a share of its refill", () => {
    const all = waits("ec2:DescribeSecurityGroups", 24, 0.2);
    expect(all.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    expect(all.slice(20)).toEqual([250, 500, 750, 1000]);
  });

  it("always lets a first call pass, however small the share", () => {
    expect(waits("rds:ModifyDBInstance", 2, 0.01)).toEqual([0, 50_000]);
  });

  it("counts accounts, regions and calls apart", () => {
    const { levels } = reserveCall(FULL_BUDGET, call("rds:ModifyDBInstance"), { share: 0.01, nowMs: 0 });
    for (const other of [call("rds:ModifyDBInstance", "2"), call("rds:ModifyDBInstance", "1", "us-east-1")])
      expect(reserveCall(levels, other, { share: 0.01, nowMs: 0 }).waitMs).toBe(0);
    expect(reserveCall(levels, call("rds:ModifyDBCluster"), { share: 0.01, nowMs: 0 }).waitMs).toBe(0);
  });

  it("fills up again, and no further than the share", () => {
    let levels = FULL_BUDGET;
    for (let i = 0; i < 20; i += 1)
      ({ levels } = reserveCall(levels, call("ec2:DescribeSubnets"), { share: 0.2, nowMs: 0 }));
    const later = Array.from({ length: 21 }, () => {
      const reserved = reserveCall(levels, call("ec2:DescribeSubnets"), { share: 0.2, nowMs: 3_600_000 });
      levels = reserved.levels;
      return reserved.waitMs;
    });
    expect(later.filter((wait) => wait > 0)).toEqual([250]);
  });

  it("gains nothing from a clock that runs backwards", () => {
    const first = reserveCall(FULL_BUDGET, call("rds:ModifyDBInstance"), { share: 0.05, nowMs: 1_000 });
    const second = reserveCall(first.levels, call("rds:ModifyDBInstance"), { share: 0.05, nowMs: 0 });
    expect(second.waitMs).toBe(10_000);
    const third = reserveCall(second.levels, call("rds:ModifyDBInstance"), { share: 0.05, nowMs: 1_000 });
    expect(third.waitMs).toBe(20_000);
  });
});
