import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  live,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../test/fixtures/plan.ts";
import type { Plan } from "../plan/plan.ts";
import { onlyOf, wavesOf } from "./waves.ts";

const ids = Array.from({ length: 20 }, (_, i) => `db-${i}`);
const OLD = group("sg-old", [rule("10.0.0.0/8"), OPEN_EGRESS]);
const tampered = managedGroup("sg-m", "db-0", [rule("10.0.1.10/32"), OPEN_EGRESS]);
const plan: Plan = planOf({
  inventory: inventory({
    databases: ids.map((id) => database(id, [id === "db-0" ? "sg-m" : "sg-old"])),
    securityGroups: [OLD, { ...tampered, rules: [...tampered.rules, live(rule("0.0.0.0/0"))] }],
  }),
  policies: ids.map((id) => allows(id, ["10.0.1.10/32"])),
});
const shape = (settings: Parameters<typeof wavesOf>[1]): string[] =>
  wavesOf(plan, settings).map(({ name, arns }) => `${name}: ${arns.length}`);

describe("wavesOf", () => {
  it.each([
    {
      name: "repairs, canaries, then shares of the rest",
      settings: { canary: ["db-3", "db-4"], percent: [1, 10, 100] },
      want: ["repairs: 1", "canary: 2", "1 %: 1", "10 %: 1", "100 %: 15"],
    },
    {
      name: "all in the end, whatever the shares",
      settings: { canary: [], percent: [50] },
      want: ["repairs: 1", "50 %: 10", "100 %: 9"],
    },
    {
      name: "no empty wave",
      settings: { canary: ["nobody"], percent: [1, 2, 3, 100] },
      want: ["repairs: 1", "1 %: 1", "100 %: 18"],
    },
  ])("has $name", ({ settings, want }) => {
    expect(shape(settings)).toEqual(want);
  });

  it("holds each database once", () => {
    const all = wavesOf(plan, { canary: ["db-3"], percent: [10, 40] }).flatMap((w) => w.arns);
    expect([all.length, new Set(all).size]).toEqual([20, 20]);
  });

  it("leaves the other databases of a plan without steps", () => {
    const [first] = wavesOf(plan, { canary: [], percent: [100] });
    const only = onlyOf(plan, first?.arns ?? []);
    expect(only.databases.filter((d) => d.steps.length > 0).map((d) => d.id)).toEqual(["db-0"]);
  });
});
