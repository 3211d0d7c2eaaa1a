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
import { formatUtc } from "../flow/utc-time.ts";
import type { DatabasePlan, Plan } from "../plan/plan.ts";
import { guardTugOfWar, REPAIRS_TAG, repairsOf } from "./tug-of-war.ts";

const NOW = 1_795_500_000;
const ago = (seconds: number): string => formatUtc(NOW - seconds);
const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/32"), OPEN_EGRESS]);
const tampered = { ...managed, rules: [...managed.rules, live(rule("203.0.113.7/32"))] };
const planned = (securityGroup = tampered): Plan =>
  planOf({
    inventory: inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [securityGroup] }),
    policies: [allows("orders", ["10.0.1.10/32"])],
  });
const guarded = (plan: Plan, repairs: readonly string[]): DatabasePlan =>
  onlyDatabase(guardTugOfWar(plan, { nowSeconds: NOW, repairs: new Map([[arnOf("orders"), repairs]]) }));

describe("guardTugOfWar", () => {
  it.each([
    { name: "the first repair", repairs: [], goes: true },
    { name: "the sixth", repairs: [50, 40, 30, 20, 10].map(ago), goes: true },
    { name: "the seventh within an hour", repairs: [60, 50, 40, 30, 20, 10].map(ago), goes: false },
    {
      name: "the seventh when the first is long ago",
      repairs: [3_600, 50, 40, 30, 20, 10].map(ago),
      goes: true,
    },
    { name: "six told twice", repairs: [50, 50, 40, 40, 30, 30].map(ago), goes: true },
  ])("$name: $goes", ({ repairs, goes }) => {
    const { steps, refused } = guarded(planned(), repairs);
    expect(refused.map((r) => r.gate)).toEqual(goes ? [] : ["tugOfWar"]);
    expect(steps.map((s) => s.action)).toEqual(goes ? ["revoke", "tag"] : []);
  });

  it("writes the repair down where the next run reads it", () => {
    const last = guarded(planned(), [ago(60)]).steps.at(-1);
    const tags = last?.action === "tag" ? last.tags : {};
    expect(repairsOf([group("sg-m", [], { tags })])).toEqual([ago(60), ago(0)]);
    expect(tags[REPAIRS_TAG]?.length).toBeLessThan(256);
  });

  it("names the opponent, and says how to settle", () => {
    const by = {
      who: "ci/deploy",
      arn: "arn:aws:sts::1:assumed-role/ci/deploy",
      tool: "terraform",
      userAgent: "Terraform/1.9",
      operation: "AuthorizeSecurityGroupIngress",
      at: ago(5),
    } as const;
    const plan = planned();
    const named: Plan = {
      ...plan,
      databases: plan.databases.map((d) => ({ ...d, drift: d.drift.map((one) => ({ ...one, by })) })),
    };
    const [refused] = guarded(named, [60, 50, 40, 30, 20, 10].map(ago)).refused;
    expect(refused?.what).toContain("ci/deploy with Terraform has undone 6 repairs");
    expect(refused?.fix).toContain("ignore_changes = [ingress]");
  });

  it("counts no change of policy as a repair", () => {
    const plan = planOf({
      inventory: inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [managed] }),
      policies: [allows("orders", ["10.0.1.10/32", "10.0.1.20/32"])],
    });
    expect(guarded(plan, [60, 50, 40, 30, 20, 10].map(ago)).steps.map((s) => s.action)).toEqual([
      "authorize",
    ]);
  });
});
