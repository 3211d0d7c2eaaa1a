import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  group,
  inventory,
  live,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, planOf } from "../../../test/fixtures/plan.ts";
import type { Inventory } from "../inventory/model.ts";
import type { Step } from "../plan/plan.ts";
import { sourceText } from "../rule/rule-text.ts";
import { holdRevocations, type Withdrawals } from "./hold-revocations.ts";

const OLD = group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]);
const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/32"), rule("10.0.1.20/32"), OPEN_EGRESS]);
const world = (over: Partial<Inventory> = {}): Inventory =>
  inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [OLD, managed], ...over });
const line = (step: Step): string =>
  `${step.action}${"rules" in step ? ` ${step.rules.map((r) => sourceText(r.source)).join(" ")}` : ""}`;
const NONE: Withdrawals = new Map();

function held(
  inventoryNow: Inventory,
  policy: readonly string[],
  previous: Withdrawals,
  readAt: number,
  acknowledged = true,
) {
  const plan = planOf({
    inventory: inventoryNow,
    policies: [allows("orders", policy)],
    settings: acknowledged ? { acknowledged: { has: () => true } as never } : {},
  });
  const result = holdRevocations(plan, previous, { readAt, apartMs: 30_000 });
  return { ...result, steps: onlyDatabase(result.plan).steps.map(line), database: onlyDatabase(result.plan) };
}

describe("holdRevocations", () => {
  it("holds a revocation until a second answer says so, far enough from the first", () => {
    const first = held(world(), ["10.0.1.10/32"], NONE, 0);
    expect(first).toMatchObject({ steps: [], askAgainAt: 30_000 });
    expect(first.database.findings.map((f) => f.code)).toContain("REVOCATION_HELD");
    const soon = held(world(), ["10.0.1.10/32"], first.withdrawals, 10_000);
    expect(soon).toMatchObject({ steps: [], askAgainAt: 30_000 });
    expect(held(world(), ["10.0.1.10/32"], soon.withdrawals, 30_000).steps).toEqual(["revoke 10.0.1.20/32"]);
  });

  it("begins again when an answer in between does not say so", () => {
    const first = held(world(), ["10.0.1.10/32"], NONE, 0);
    const between = held(world(), ["10.0.1.10/32", "10.0.1.20/32"], first.withdrawals, 20_000);
    expect(between.withdrawals.size).toBe(0);
    expect(held(world(), ["10.0.1.10/32"], between.withdrawals, 40_000).steps).toEqual([]);
  });

  it("takes tampering away at once, and holds only the rest", () => {
    const tampered = { ...managed, rules: [...managed.rules, live(rule("203.0.113.7/32"))] };
    const now = world({ securityGroups: [OLD, tampered] });
    expect(held(now, ["10.0.1.10/32"], NONE, 0).steps).toEqual(["revoke 203.0.113.7/32"]);
  });

  it("grants at once", () => {
    expect(held(world(), ["10.0.1.10/32", "10.0.1.30/32"], NONE, 0).steps).toEqual([
      "authorize 10.0.1.30/32",
    ]);
  });

  it("stops before a grant that needs the room of a held revocation", () => {
    const quotas = { rulesPerSecurityGroup: 2, securityGroupsPerInterface: 5, source: "default" } as const;
    const now = world({ quotas });
    const steps = held(now, ["10.0.1.10/32", "10.0.1.30/32"], NONE, 0).steps;
    expect(steps).toEqual([]);
    const again = held(
      now,
      ["10.0.1.10/32", "10.0.1.30/32"],
      held(now, ["10.0.1.10/32", "10.0.1.30/32"], NONE, 0).withdrawals,
      30_000,
    );
    expect(again.steps).toEqual(["revoke 10.0.1.20/32", "authorize 10.0.1.30/32"]);
  });

  it("holds the detachment of a managed group, which takes all its rules away", () => {
    const second = managedGroup("sg-n", "orders", [rule("10.0.1.40/32"), OPEN_EGRESS]);
    const now = world({
      databases: [database("orders", ["sg-m", "sg-n"])],
      securityGroups: [OLD, managed, second],
    });
    const policy = ["10.0.1.10/32", "10.0.1.20/32"];
    const first = held(now, policy, NONE, 0);
    expect(first.steps).toEqual([]);
    expect([...first.withdrawals.keys()]).toEqual([`${arnOf("orders")} group sg-n`]);
    expect(held(now, policy, first.withdrawals, 30_000).steps).toEqual([
      "setDatabaseGroups",
      "waitUntilActive",
      "deleteSecurityGroup",
    ]);
  });

  it("does not hold a first enforcement: nothing was granted by policy yet", () => {
    const now = world({ databases: [database("orders", ["sg-old"])], securityGroups: [OLD] });
    expect(held(now, ["10.0.1.10/32"], NONE, 0).steps.at(-1)).toBe("waitUntilActive");
  });
});
