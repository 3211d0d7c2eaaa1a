import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  group,
  inventory,
  live,
  networkInterface,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, planOf, SETTINGS } from "../../../test/fixtures/plan.ts";
import type { Inventory, SecurityGroup, SecurityGroupRule } from "../inventory/model.ts";
import { grantTags } from "../rule/rule-marks.ts";
import { sourceText } from "../rule/rule-text.ts";
import type { DatabasePlan, Step } from "./plan.ts";
import { planRollback } from "./plan-rollback.ts";
import { planningWorld } from "./world.ts";

const MARKS = { "moat:owner": "moat", "moat:database": arnOf("orders") };
const TAGGED = { ...MARKS, "moat:adopt": "ingress" };
const own = (cidr: string): SecurityGroupRule => live(rule(cidr), grantTags("moat", [rule(cidr)]));
const terraformed = (
  rules: readonly SecurityGroupRule[] = [live(rule("10.0.0.0/8"))],
  tags: SecurityGroup["tags"] = TAGGED,
): SecurityGroup => group("sg-0a", [...rules, OPEN_EGRESS], { tags });
const BESIDE = group("sg-0b", [rule("10.9.0.0/24"), OPEN_EGRESS]);
const line = (step: Step): string =>
  `${step.action}${"rules" in step ? ` ${step.rules.map((r) => sourceText(r.source)).join(" ")}` : ""}`;

function planned(
  adopted: SecurityGroup,
  over: Partial<Inventory> = {},
  settings = {},
  policy = ["10.0.1.10/32"],
): DatabasePlan {
  return onlyDatabase(
    planOf({
      inventory: inventory({
        databases: [database("orders", ["sg-0a"])],
        securityGroups: [adopted, BESIDE],
        ...over,
      }),
      policies: [allows("orders", policy)],
      settings: { acknowledged: { has: () => true } as never, ...settings },
    }),
  );
}

describe("an adopted group", () => {
  it("gets Moat's rules, and nothing is attached, detached, made or deleted", () => {
    const plan = planned(terraformed());
    expect(plan.steps.map(line)).toEqual(["authorize 10.0.1.10/32", "revoke 10.0.0.0/8"]);
    expect(plan.drift).toEqual([]);
    expect(plan.findings.find((f) => f.code === "ADOPTED_GROUP")?.fix).toContain("ignore_changes = [ingress");
  });

  it("is named by moat.yaml as well as by its tag, but never without both marks", () => {
    const settings = { adopt: { orders: "sg-0a" } };
    expect(planned(terraformed(undefined, MARKS), {}, settings).steps).toHaveLength(2);
    const refused = planned(terraformed(undefined, { "moat:owner": "moat" }), {}, settings);
    expect(refused.steps).toEqual([]);
    expect(refused.refused[0]?.fix).toContain(`moat:database = "${arnOf("orders")}"`);
  });

  it("is in sync when its rules are, and finds tampering", () => {
    expect(planned(terraformed([own("10.0.1.10/32")])).inSync).toBe(true);
    const tampered = planned(terraformed([own("10.0.1.10/32"), live(rule("0.0.0.0/0"))]));
    expect(tampered.drift.map((d) => d.kind)).toEqual(["ruleAdded"]);
    expect(tampered.steps.map(line)).toEqual(["revoke 0.0.0.0/0"]);
  });

  it("has other groups beside it, which stay and are told of with their reach", () => {
    const plan = planned(terraformed([own("10.0.1.10/32")]), {
      databases: [database("orders", ["sg-0a", "sg-0b"])],
    });
    expect(plan).toMatchObject({ steps: [], inSync: true, keptGroups: ["sg-0b"] });
    expect(plan.findings.find((f) => f.code === "GROUP_BESIDE_WIDENS")?.what).toContain("256 addresses");
    expect(plan.reachable.planned).toBe(257n);
  });

  it.each<{ name: string; over: Partial<Inventory>; gate: string }>([
    { name: "it is not attached", over: { databases: [database("orders", ["sg-0b"])] }, gate: "notReady" },
    {
      name: "an interface that is no database's carries it",
      over: { networkInterfaces: [networkInterface("eni-web", ["10.0.1.10"], ["sg-0a"])] },
      gate: "sharedGroup",
    },
    {
      name: "its quota is used up by rules that clients depend on",
      over: { quotas: { rulesPerSecurityGroup: 1, securityGroupsPerInterface: 5, source: "default" } },
      gate: "quota",
    },
  ])("is refused when $name", ({ over, gate }) => {
    const { steps, refused } = planned(terraformed(), over);
    expect({ steps, gates: refused.map((r) => r.gate) }).toEqual({
      steps: [],
      gates: expect.arrayContaining([gate]),
    });
  });

  it("is never detached or deleted by a rollback", () => {
    const world = planningWorld(
      inventory({ databases: [database("orders", ["sg-0a"])], securityGroups: [terraformed()] }),
      SETTINGS,
    );
    const [orders] = world.inventory.databases;
    expect(orders === undefined ? [] : planRollback(world, orders).steps.map(line)).toEqual(["tag"]);
  });
});
