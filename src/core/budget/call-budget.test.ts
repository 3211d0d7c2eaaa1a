import { describe, expect, it } from "vitest";
import { callBucket } from "./call-bucket.ts";
import { type BucketLevel, bucketKey, reserveCall, slowedDown } from "./call-budget.ts";

/** Waits of `count` calls reserved at one moment, and what they leave. */
function reserve(operation: string, count: number, share: number, nowMs = 0, before?: BucketLevel) {
  let level = before;
  const waits = Array.from({ length: count }, () => {
    const reserved = reserveCall(level, operation, { share, nowMs });
    ({ level } = reserved);
    return reserved.waitMs;
  });
  return { waits, level };
}

describe("the budget of calls", () => {
  it.each([
    { operation: "ec2:DescribeSecurityGroups", capacity: 100, refillPerSecond: 20 },
    { operation: "ec2:AuthorizeSecurityGroupIngress", capacity: 50, refillPerSecond: 5 },
    { operation: "ec2:CreateTags", capacity: 100, refillPerSecond: 10 },
    { operation: "rds:ModifyDBInstance", capacity: 20, refillPerSecond: 2 },
    { operation: "sts:AssumeRole", capacity: 600, refillPerSecond: 600 },
    { operation: "cloudtrail:LookupEvents", capacity: 2, refillPerSecond: 2 },
    { operation: "s3:GetObject", capacity: 5_500, refillPerSecond: 5_500 },
    { operation: "s3:HeadObject", capacity: 5_500, refillPerSecond: 5_500 },
    { operation: "s3:PutObject", capacity: 3_500, refillPerSecond: 3_500 },
    { operation: "sqs:SendMessageBatch", capacity: 300, refillPerSecond: 300 },
    { operation: "servicequotas:GetServiceQuota", capacity: 10, refillPerSecond: 5 },
    { operation: "organizations:ListAccounts", capacity: 50, refillPerSecond: 10 },
    { operation: "athena:StartQueryExecution", capacity: 80, refillPerSecond: 20 },
  ])("knows the bucket of $operation", ({ operation, ...bucket }) => {
    expect(callBucket(operation)).toEqual(bucket);
  });

  it("lets a share of the bucket pass at once, and then a share of its refill", () => {
    const all = reserve("ec2:DescribeSecurityGroups", 24, 0.2).waits;
    expect(all.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    expect(all.slice(20)).toEqual([250, 500, 750, 1000]);
  });

  it("always lets a first call pass, however small the share", () => {
    expect(reserve("rds:ModifyDBInstance", 2, 0.01).waits).toEqual([0, 50_000]);
  });

  it("counts accounts, regions and calls apart", () => {
    const call = { accountId: "1", region: "eu-west-1", operation: "rds:ModifyDBInstance" };
    const others = [
      { ...call, accountId: "2" },
      { ...call, region: "us-east-1" },
      { ...call, operation: "rds:ModifyDBCluster" },
    ];
    expect(new Set([call, ...others, { ...call }].map(bucketKey)).size).toBe(4);
  });

  it("fills up again, and no further than the share", () => {
    const { level } = reserve("ec2:DescribeSubnets", 20, 0.2);
    const later = reserve("ec2:DescribeSubnets", 21, 0.2, 3_600_000, level).waits;
    expect(later.filter((wait) => wait > 0)).toEqual([250]);
  });

  it("gains nothing from a clock that runs backwards", () => {
    const at = (nowMs: number, before?: BucketLevel) =>
      reserve("rds:ModifyDBInstance", 1, 0.05, nowMs, before);
    const first = at(1_000);
    const second = at(0, first.level);
    expect(second.waits).toEqual([10_000]);
    expect(at(1_000, second.level).waits).toEqual([20_000]);
  });

  it("comes at half the pace after a refusal, and at a sixteenth at the slowest", () => {
    const refused = (before: BucketLevel | undefined, times: number): BucketLevel | undefined =>
      Array.from({ length: times }).reduce<BucketLevel | undefined>(
        (level) => slowedDown(level, "rds:ModifyDBInstance", { share: 0.5, nowMs: 0 }),
        before,
      );
    // Two a second, half of it ours: a call a second.
    expect(reserve("rds:ModifyDBInstance", 2, 0.5, 0, refused(undefined, 1)).waits).toEqual([2_000, 4_000]);
    expect(reserve("rds:ModifyDBInstance", 1, 0.5, 0, refused(undefined, 2)).waits).toEqual([4_000]);
    expect(reserve("rds:ModifyDBInstance", 1, 0.5, 0, refused(undefined, 9)).waits).toEqual([16_000]);
  });

  it("regains its pace within two minutes", () => {
    const level = slowedDown(undefined, "rds:ModifyDBInstance", { share: 0.5, nowMs: 0 });
    const at = (nowMs: number): number | undefined =>
      reserve("rds:ModifyDBInstance", 1, 0.5, nowMs, level).level?.pace;
    expect([at(0), at(30_000), at(60_000), at(3_600_000)]).toEqual([0.5, 0.75, 1, 1]);
  });
});
