import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  group,
  inventory,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../test/fixtures/plan.ts";
import type { Rollout } from "../../core/guard/rollout.ts";
import { type NarrowedLook, narrowedAfterLook } from "./narrowed-after-look.ts";

const WATCH = 100;
const world = inventory({
  databases: [database("dev", ["sg-dev"]), database("rest", ["sg-rest"]), database("new", ["sg-old"])],
  securityGroups: [
    group("sg-old", [rule("10.0.0.0/8"), OPEN_EGRESS]),
    managedGroup("sg-dev", "dev", [rule("10.0.1.10/32"), OPEN_EGRESS]),
    managedGroup("sg-rest", "rest", [rule("10.0.1.10/32"), OPEN_EGRESS]),
  ],
});
const planWith = (cidr: string) =>
  planOf({
    inventory: world,
    policies: ["dev", "rest", "new"].map((id) => allows(id, [cidr, "10.0.1.10/32"])),
  });
const calm: Rollout = { version: "7", at: 1_000, open: 1, waiting: new Map() };
const halted = { ...calm, halted: {} as never };
const after = (before: Record<string, number> | undefined, over: Partial<NarrowedLook> = {}) =>
  Object.fromEntries(
    narrowedAfterLook(
      before === undefined
        ? undefined
        : new Map(Object.entries(before).map(([id, at]) => [arnOf(id) as string, at])),
      {
        plan: planWith("10.0.1.10/32"),
        inventory: world,
        settings: {
          waves: { canary: ["dev"], percent: [100] },
          watch: { forMs: WATCH, mostRejects: 2 },
        },
        rollout: calm,
        at: 1_050,
        ...over,
      },
    ),
  );

describe("narrowedAfterLook", () => {
  it.each([
    { name: "one that was watched to the end", before: { dev: 900 }, want: {} },
    { name: "one that is watched still", before: { dev: 901 }, want: { dev: 901 } },
    {
      name: "one of a wave that is no earlier one",
      before: { dev: 1 },
      over: { rollout: { ...calm, open: 0 } },
      want: { dev: 1 },
    },
    { name: "what led to a halt", before: { dev: 1 }, over: { rollout: halted }, want: { dev: 1 } },
    {
      name: "one while nothing is known of the rollout",
      before: { dev: 1 },
      over: { rollout: undefined },
      want: { dev: 1 },
    },
    { name: "one of the last wave that is watched still", before: { rest: 901 }, want: { rest: 901 } },
    { name: "one of the last wave that was watched to the end", before: { rest: 900 }, want: {} },
    { name: "one that is gone", before: { gone: 1_049 }, want: {} },
    {
      name: "one that is not as policy says",
      before: { dev: 950 },
      over: { plan: planWith("10.0.9.9/32") },
      want: { dev: 1_050 },
    },
    {
      name: "every enforced one where nothing is known",
      before: undefined,
      want: { dev: 1_050, rest: 1_050 },
    },
  ])("keeps $want of $name", ({ before, over, want }) => {
    const named = Object.fromEntries(Object.entries(want).map(([id, at]) => [arnOf(id), at]));
    expect(after(before, over as Partial<NarrowedLook>)).toEqual(named);
  });
});
