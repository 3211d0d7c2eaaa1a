import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  live,
  managedGroup,
  networkInterface,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, type PlanCase, planOf, SETTINGS } from "../../../test/fixtures/plan.ts";
import type { Inventory, RuleContent, SecurityGroup } from "../inventory/model.ts";
import { grantTags } from "../rule/rule-marks.ts";
import type { DatabasePlan } from "./plan.ts";
import { planRollback } from "./plan-rollback.ts";
import { planningWorld } from "./world.ts";

const OTHER_ACCOUNT = "444455556666";
const peered = (over: Partial<RuleContent> = {}): RuleContent =>
  rule("sg-far", {
    source: { kind: "securityGroup", groupId: "sg-far", ownerId: OTHER_ACCOUNT },
    ...over,
  });
const SHARED = group("sg-far", [], { ownerId: OTHER_ACCOUNT });
const MEMBER = networkInterface("eni-1", ["10.0.1.10"], ["sg-far"]);
const POLICY = [allows("orders", ["10.0.1.10/32"])];

const legacy = (rules: readonly RuleContent[]): SecurityGroup => group("sg-old", [...rules, OPEN_EGRESS]);

function planned(over: Partial<Inventory>, more: Partial<PlanCase> = {}): DatabasePlan {
  return onlyDatabase(
    planOf({
      inventory: inventory({ databases: [database("orders", ["sg-old"])], ...over }),
      policies: POLICY,
      ...more,
    }),
  );
}
const gates = (plan: DatabasePlan): string[] => plan.refused.map((r) => r.gate);

describe("a rule that names a group which cannot be seen", () => {
  it.each<{ name: string; over: Partial<Inventory> }>([
    { name: "of an account on the other side of a peering", over: { securityGroups: [legacy([peered()])] } },
    { name: "that may not be described", over: { securityGroups: [legacy([rule("sg-far")])] } },
    {
      name: "that another account shares, whose own members are not seen",
      over: { securityGroups: [legacy([rule("sg-far")]), SHARED], networkInterfaces: [MEMBER] },
    },
  ])("is not taken out of force, and told by name: $name", ({ over }) => {
    const plan = planned(over);
    expect({ steps: plan.steps, gates: gates(plan) }).toEqual({ steps: [], gates: ["losesAccess"] });
    expect(plan.refused[0]?.what).toContain("sg-far");
    expect(plan.findings.find((f) => f.code === "PEER_UNKNOWN")?.what).toContain("sg-far");
    expect(plan.reachable.nowUnknown).toBe(true);
    const { acknowledge = "" } = plan.refused[0] ?? {};
    const agreed = planned(over, { settings: { acknowledged: new Set([acknowledge]) } });
    expect(gates(agreed)).toEqual([]);
    expect(agreed.steps.map((s) => s.action)).toContain("setDatabaseGroups");
  });

  it.each<{ name: string; over: Partial<Inventory> }>([
    {
      name: "of this account, whose members are all seen",
      over: { securityGroups: [legacy([rule("sg-web")]), group("sg-web")] },
    },
    { name: "for another port", over: { securityGroups: [legacy([peered({ fromPort: 22, toPort: 22 })])] } },
    {
      name: "to which the database opens connections",
      over: { securityGroups: [legacy([peered({ direction: "egress" })])] },
    },
  ])("holds nothing back: one $name", ({ over }) => {
    expect(gates(planned(over))).toEqual([]);
  });

  it("is taken away where somebody put it into a managed group by hand", () => {
    const own = live(rule("10.0.1.10/32"), grantTags("moat", [rule("10.0.1.10/32")]));
    const managed = {
      ...managedGroup("sg-m", "orders", []),
      rules: [own, live(peered()), live(OPEN_EGRESS)],
    };
    const plan = planned({
      databases: [database("orders", ["sg-m"])],
      securityGroups: [legacy([]), managed],
    });
    expect({ gates: gates(plan), steps: plan.steps.map((s) => s.action) }).toEqual({
      gates: [],
      steps: ["revoke"],
    });
    expect(plan.findings.map((f) => f.code)).toContain("PEER_UNKNOWN");
  });
});

describe("a group that a database carries and that cannot be seen", () => {
  // Another database's interface carries just what is seen of this one's groups: no proof that the other is gone.
  const besides = [networkInterface("eni-rds", ["10.0.9.1"], ["sg-old"], { requesterManaged: true })];
  const carrying = (over: Partial<Inventory>, more: Partial<PlanCase> = {}): DatabasePlan =>
    planned(
      {
        databases: [database("orders", ["sg-old", "sg-far"])],
        securityGroups: [legacy([])],
        networkInterfaces: besides,
        ...over,
      },
      more,
    );

  it("counts as deleted where nothing shows that it is there", () => {
    expect(carrying({}).findings.map((f) => f.code)).toContain("GROUP_GONE");
  });

  it.each<{ name: string; over: Partial<Inventory> }>([
    {
      name: "an interface carries it",
      over: {
        networkInterfaces: [...besides, networkInterface("eni-2", ["10.0.9.2"], ["sg-old", "sg-far"])],
      },
    },
    {
      name: "a rule of another group in the VPC names it",
      over: { securityGroups: [legacy([]), group("sg-app", [peered()])] },
    },
    {
      name: "an interface could not be read",
      over: { consumersUnread: [{ code: "UNREADABLE", what: "", why: "", fix: "" }] },
    },
  ])("stays, and the database is left as it is, where $name", ({ over }) => {
    const remembered = new Map([["x", { managedGroups: [], ruleKeys: new Set<string>() }]]);
    const plan = carrying(over, { remembered });
    expect({ steps: plan.steps, gates: gates(plan) }).toEqual({ steps: [], gates: ["notReady"] });
    expect(plan.refused[0]?.what).toContain("sg-far");
    expect(plan.findings.map((f) => f.code)).not.toContain("GROUP_GONE");
  });

  it("is no deleted group to whoever remembers it as managed", () => {
    const { arn } = database("orders", []);
    const remembered = new Map([[arn, { managedGroups: ["sg-far"], ruleKeys: new Set<string>() }]]);
    const plan = carrying({ securityGroups: [legacy([]), group("sg-app", [peered()])] }, { remembered });
    expect(plan.drift).toEqual([]);
  });
});

describe("an original group that cannot be seen", () => {
  const rollback = (groups: readonly SecurityGroup[]) => {
    const orders = database("orders", ["sg-m"]);
    const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/32")], "sg-old sg-far");
    const world = planningWorld(
      inventory({ databases: [orders], securityGroups: [legacy([]), managed, ...groups] }),
      SETTINGS,
    );
    return planRollback(world, orders);
  };
  const target = (plan: ReturnType<typeof rollback>) =>
    plan.steps.flatMap((s) => (s.action === "setDatabaseGroups" ? [s.groups] : [])).at(-1);

  it("is given back where a rule shows that it is there, and left out loudly where nothing does", () => {
    const there = rollback([group("sg-app", [peered()])]);
    const nowhere = rollback([]);
    expect([target(there), target(nowhere)]).toEqual([["sg-old", "sg-far"], ["sg-old"]]);
    for (const plan of [there, nowhere])
      expect(plan.findings.map((f) => f.code)).toEqual(["ORIGINAL_GROUP_NOT_SEEN"]);
  });
});
