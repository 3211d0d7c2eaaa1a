import { describe, expect, it } from "vitest";
import { clockCheck } from "./clock-checks.ts";
import { permissionChecks, type Rehearsal } from "./permission-checks.ts";

const call = (verdict: Rehearsal["verdict"], expected: Rehearsal["expected"] = "needed"): Rehearsal => ({
  action: "ec2:CreateSecurityGroup",
  on: "vpc-1",
  expected,
  verdict,
});

describe("permissionChecks", () => {
  it.each([
    { name: "a role that enforces and may", calls: [call("allowed")], enforces: true, want: ["ok"] },
    { name: "a role that enforces and may not", calls: [call("denied")], enforces: true, want: ["failed"] },
    {
      name: "a role that observes and may write",
      calls: [call("allowed")],
      enforces: false,
      want: ["warning"],
    },
    { name: "a role that observes and may not", calls: [call("denied")], enforces: false, want: ["ok"] },
    {
      name: "more than is needed",
      calls: [call("allowed"), call("allowed", "surplus")],
      enforces: true,
      want: ["ok", "warning"],
    },
    {
      name: "no more than is needed",
      calls: [call("allowed"), call("denied", "surplus")],
      enforces: true,
      want: ["ok"],
    },
    { name: "no answer", calls: [call("unknown")], enforces: true, want: ["unknown"] },
  ])("$name: $want", ({ calls, enforces, want }) => {
    expect(permissionChecks(calls, enforces).map(({ status }) => status)).toEqual(want);
  });
});

describe("clockCheck", () => {
  it.each([
    { aheadMs: undefined, want: [] },
    { aheadMs: 600, want: ["ok"] },
    { aheadMs: -29_000, want: ["ok"] },
    { aheadMs: 31_000, want: ["warning"] },
    { aheadMs: -290_000, want: ["warning"] },
    { aheadMs: 301_000, want: ["failed"] },
  ])("$aheadMs ms: $want", ({ aheadMs, want }) => {
    expect(clockCheck("AWS", aheadMs).map(({ status }) => status)).toEqual(want);
  });

  it("says in which direction", () => {
    expect(clockCheck("AWS", -60_000)).toMatchObject([
      { what: expect.stringContaining("60 seconds behind") },
    ]);
  });
});
