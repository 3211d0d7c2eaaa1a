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
import type { Inventory, SecurityGroup } from "../inventory/model.ts";
import type { Step } from "../plan/plan.ts";
import { sourceText } from "../rule/rule-text.ts";
import { holdNarrowing, narrows } from "./hold-narrowing.ts";

const OLD = group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]);
const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/32"), rule("10.0.1.20/32"), OPEN_EGRESS]);
const tampered: SecurityGroup = { ...managed, rules: [...managed.rules, live(rule("203.0.113.7/32"))] };
const adopted = group("sg-own", [rule("192.0.2.0/24"), OPEN_EGRESS], {
  tags: { "moat:owner": "moat", "moat:database": arnOf("orders"), "moat:adopt": "ingress" },
});
const behind = (id: string, ...groups: SecurityGroup[]): Inventory =>
  inventory({ databases: [database("orders", [id])], securityGroups: [OLD, ...groups] });
const line = (step: Step): string =>
  `${step.action}${"rules" in step ? ` ${step.rules.map((r) => sourceText(r.source)).join(" ")}` : ""}`;
const WAITS = { code: "WAVE_WAITS", what: "", why: "", fix: "" };

function plans(world: Inventory, policy: readonly string[]) {
  const plan = planOf({
    inventory: world,
    policies: [allows("orders", policy)],
    settings: { acknowledged: { has: () => true } as never },
  });
  const held = onlyDatabase(holdNarrowing(plan, () => WAITS));
  return { plan: onlyDatabase(plan), held, steps: held.steps.map(line) };
}

const KEEP = "10.0.1.10/32";
const GO = "10.0.1.20/32";

describe("holdNarrowing", () => {
  it.each([
    { name: "a revocation waits", world: behind("sg-m", managed), policy: [KEEP], steps: [], waits: true },
    {
      name: "a grant goes, and the revocation beside it waits",
      world: behind("sg-m", managed),
      policy: [KEEP, "10.0.9.9/32"],
      steps: ["authorize 10.0.9.9/32"],
      waits: true,
    },
    {
      name: "a grant alone does not wait",
      world: behind("sg-m", managed),
      policy: [KEEP, GO, "10.0.9.9/32"],
      steps: ["authorize 10.0.9.9/32"],
      waits: false,
    },
    {
      name: "a repair does not wait",
      world: behind("sg-m", tampered),
      policy: [KEEP, GO],
      steps: ["revoke 203.0.113.7/32"],
      waits: false,
    },
    {
      name: "a repair goes, and the revocation beside it waits",
      world: behind("sg-m", tampered),
      policy: [KEEP],
      steps: ["revoke 203.0.113.7/32"],
      waits: true,
    },
    {
      name: "a first swap waits as a whole",
      world: behind("sg-old"),
      policy: [KEEP],
      steps: [],
      waits: true,
    },
  ])("$name", ({ world, policy, steps, waits }) => {
    const made = plans(world, policy);
    expect(made.steps).toEqual(steps);
    expect(narrows(made.plan)).toBe(waits);
    expect(made.held.findings.includes(WAITS)).toBe(waits);
    expect(made.held.inSync).toBe(made.plan.inSync);
  });

  it("lets whoever need not wait go", () => {
    const plan = planOf({ inventory: behind("sg-old"), policies: [allows("orders", [KEEP])] });
    expect(holdNarrowing(plan, () => undefined)).toEqual(plan);
  });

  it("lets a group that was detached be attached again", () => {
    const made = plans(behind("sg-old", managed), [KEEP, GO]);
    expect(narrows(made.plan)).toBe(false);
    expect(made.steps).toContain("setDatabaseGroups");
  });

  it("holds what an owner wrote into a group that he gave away", () => {
    const made = plans(behind("sg-own", adopted), [KEEP]);
    expect(made.plan.steps.map(line)).toEqual(["authorize 10.0.1.10/32", "revoke 192.0.2.0/24"]);
    expect(made.steps).toEqual(["authorize 10.0.1.10/32"]);
  });
});
