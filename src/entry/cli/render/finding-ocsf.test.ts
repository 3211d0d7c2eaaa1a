import { describe, expect, it } from "vitest";
import type { DatabaseArn } from "../../../core/inventory/model.ts";
import { findingsOcsf } from "./finding-ocsf.ts";
import type { ToldFinding } from "./told-finding.ts";

const ARN = "arn:aws:rds:eu-west-1:111122223333:db:orders" as DatabaseArn;

const slot: ToldFinding = {
  code: "DOCTOR_NO_FREE_SLOT",
  what: '"orders" has 5 of 5 groups',
  why: "Groups are swapped in one step",
  fix: "Take a group off it",
  severity: "medium",
  place: { accountId: "111122223333", region: "eu-west-1" },
  about: { id: "orders", arn: ARN, kind: "instance" },
};

const events = (findings: readonly ToldFinding[], at = 7) =>
  findingsOcsf(findings, at)
    .split("\n")
    .map((line) => JSON.parse(line));

const uids = (findings: readonly ToldFinding[], at?: number): readonly string[] =>
  events(findings, at).map((event) => event.finding_info.uid);

describe("findingsOcsf", () => {
  it("tells what, why, fix, object and place", () => {
    expect(events([slot])).toEqual([
      {
        class_uid: 2004,
        class_name: "Detection Finding",
        category_uid: 2,
        category_name: "Findings",
        activity_id: 1,
        activity_name: "Create",
        type_uid: 200401,
        type_name: "Detection Finding: Create",
        severity_id: 3,
        severity: "Medium",
        status_id: 1,
        status: "New",
        time: 7,
        message: slot.what,
        finding_info: {
          uid: expect.stringMatching(/^moat-[0-9a-f]{16}$/),
          title: slot.what,
          desc: slot.why,
          types: ["DOCTOR_NO_FREE_SLOT"],
          created_time: 7,
        },
        remediation: { desc: slot.fix },
        resources: [{ uid: ARN, type: "AWS::RDS::DBInstance", name: "orders", region: "eu-west-1" }],
        cloud: {
          provider: "AWS",
          account: { uid: "111122223333", type: "AWS Account", type_id: 10 },
          region: "eu-west-1",
        },
        metadata: {
          version: "1.6.0",
          product: { name: "Moat", vendor_name: "Moat" },
          profiles: ["cloud"],
        },
      },
    ]);
  });

  it("keeps the uid while time, wording of the fix and counts change", () => {
    const later = { ...slot, what: '"orders" has 6 of 6 groups', fix: "Take two groups off it" };
    expect(uids([later], 8)).toEqual(uids([slot]));
  });

  it.each([
    ["another code", { code: "OTHER" }],
    ["another region", { place: { accountId: "111122223333", region: "eu-west-2" } }],
    [
      "another database",
      { about: { id: "orders", arn: `${ARN}-2` as DatabaseArn, kind: "instance" as const } },
    ],
    ["another text", { what: '"orders" has no group' }],
  ])("gives %s another uid", (_, change) => {
    expect(uids([{ ...slot, ...change }])).not.toEqual(uids([slot]));
  });

  it.each([
    ["10.0.0.1 is open", "10.0.0.2 is open"],
    ["port 5432 is open", "port 3306 is open"],
    ["sg-1 is open", "sg-2 is open"],
  ])("tells %s from %s", (one, other) => {
    expect(uids([{ ...slot, what: one }])).not.toEqual(uids([{ ...slot, what: other }]));
  });

  it("folds what was found twice, and keeps apart what differs in a count side by side", () => {
    expect(events([slot, slot])).toHaveLength(1);
    expect(new Set(uids([slot, { ...slot, what: '"orders" has 6 of 6 groups' }])).size).toBe(2);
  });

  it("makes nothing up where less is known", () => {
    const { fix: _fix, about: _about, ...bare } = slot;
    const [event] = events([{ ...bare, place: {} }]);
    expect(event.cloud).toEqual({ provider: "AWS" });
    expect(event).not.toHaveProperty("resources");
    expect(event).not.toHaveProperty("remediation");
  });

  it("is empty without a finding", () => {
    expect(findingsOcsf([], 7)).toBe("");
  });
});
