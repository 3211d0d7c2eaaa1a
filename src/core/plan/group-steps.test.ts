import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, planOf } from "../../../test/fixtures/plan.ts";
import { sourceText } from "../rule/rule-text.ts";
import { managedEgressSteps } from "./group-steps.ts";
import type { Step } from "./plan.ts";

/** Actions on the rules of `sg-moat`, which is not attached, in their order, and those that follow. */
function actions(standing: readonly string[], wanted: readonly string[], limit: number): readonly string[] {
  const plan = planOf({
    inventory: inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [
        group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]),
        managedGroup("sg-moat", "orders", [...standing.map((cidr) => rule(cidr)), OPEN_EGRESS]),
      ],
      quotas: { rulesPerSecurityGroup: limit, securityGroupsPerInterface: 5, source: "default" },
    }),
    policies: [allows("orders", wanted)],
  });
  return onlyDatabase(plan).steps.map((step) => step.action);
}

describe("groupSteps on a group that is not attached", () => {
  it("grants before it revokes, because somebody may attach the group meanwhile, and revokes before it attaches", () => {
    expect(actions(["10.0.1.10/32"], ["10.0.1.10/31"], 60).slice(0, 3)).toEqual([
      "authorize",
      "revoke",
      "setDatabaseGroups",
    ]);
  });

  it("replaces the group where the quota leaves no room for that", () => {
    expect(actions(["10.0.1.10/32"], ["10.0.1.10/31"], 1)).toEqual([
      "createSecurityGroup",
      "authorize",
      "setDatabaseGroups",
      "waitUntilActive",
      "setDatabaseGroups",
      "waitUntilActive",
      "deleteSecurityGroup",
    ]);
  });
});

describe("managedEgressSteps", () => {
  const out = rule("10.0.9.0/24", { direction: "egress" });
  const text = (steps: readonly Step[]): readonly string[] =>
    steps.map((step) =>
      step.action === "revoke" || step.action === "authorize"
        ? `${step.action} ${step.rules.map((each) => sourceText(each.source)).join(" ")}`
        : step.action,
    );

  it("takes back what EC2 opens of a new group, then opens what policy lets out", () => {
    expect(text(managedEgressSteps("new-1", [out], false, "moat"))).toEqual([
      "revoke 0.0.0.0/0",
      "authorize 10.0.9.0/24",
    ]);
    expect(text(managedEgressSteps("new-1", [], true, "moat"))).toEqual(["revoke 0.0.0.0/0 ::/0"]);
  });

  it("leaves it where policy lets the database open everything", () => {
    expect(managedEgressSteps("new-1", [OPEN_EGRESS], false, "moat")).toEqual([]);
  });
});
