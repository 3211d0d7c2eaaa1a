import { describe, expect, it } from "vitest";
import {
  database,
  inventory,
  managedGroup,
  OPEN_EGRESS,
  rule,
  sg,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, planOf } from "../../../test/fixtures/plan.ts";

/** Two managed groups; a rule of the first is surplus, and what it admits stands in the second. */
const actions = (statusOfSecond: string): readonly string[] => {
  const memberships = [
    { groupId: sg("sg-first"), status: "active" },
    { groupId: sg("sg-second"), status: statusOfSecond },
  ];
  const plan = planOf({
    inventory: inventory({
      databases: [database("orders", [], { memberships })],
      securityGroups: [
        managedGroup("sg-first", "orders", [rule("10.0.1.8/29"), rule("10.0.1.20/32"), OPEN_EGRESS]),
        managedGroup("sg-second", "orders", [rule("10.0.1.10/32"), OPEN_EGRESS]),
      ],
    }),
    policies: [allows("orders", ["10.0.1.10/32", "10.0.1.20/32"])],
    settings: { shrinkPercent: 100 },
  });
  return onlyDatabase(plan).steps.map((step) => step.action);
};

describe("planChange", () => {
  it("revokes at once when every group is in force", () => {
    expect(actions("active")).toEqual(["revoke"]);
  });

  it("revokes only after the wait when AWS is still adding a group that the clients depend on", () => {
    expect(actions("adding")).toEqual(["waitUntilActive", "revoke"]);
  });
});
