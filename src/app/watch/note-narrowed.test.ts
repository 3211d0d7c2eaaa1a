import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../test/fixtures/plan.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { afterNarrowing, noted } from "./note-narrowed.ts";
import { EMPTY_MEMORY } from "./survey.ts";

const plan: Plan = planOf({
  inventory: inventory({
    databases: [database("a", ["sg-a"]), database("b", ["sg-b"])],
    securityGroups: [
      group("sg-old", [OPEN_EGRESS]),
      ...["a", "b"].map((id) =>
        managedGroup(`sg-${id}`, id, [rule("10.0.1.10/32"), rule("10.0.1.20/32"), OPEN_EGRESS]),
      ),
    ],
  }),
  // a is narrowed and gets somebody new; b only gets somebody new.
  policies: [
    allows("a", ["10.0.1.10/32", "10.0.9.9/32"]),
    allows("b", ["10.0.1.10/32", "10.0.1.20/32", "10.0.9.9/32"]),
  ],
  settings: { acknowledged: { has: () => true } as never },
});
const [a = "", b = ""] = plan.databases.map(({ arn }) => arn as string);
const steps = (of: Plan) => of.databases.map((d) => d.steps.map(({ action }) => action).join(" "));
const denied = new AwsFault("denied", "AccessDenied", "s3:PutObject", "not allowed", "allow it");

describe("noted", () => {
  it("writes down what narrows, once a run", async () => {
    const known = new Set<string>();
    const calls: (readonly string[])[] = [];
    const note = async (arns: readonly string[]) => calls.push(arns) > 0;
    expect(await noted(note, plan, known)).toBe(plan);
    expect(await noted(note, plan, known)).toBe(plan);
    expect([calls, [...known]]).toEqual([[[a]], [a]]);
  });

  it.each([
    { name: "could not be written", note: async () => false },
    {
      name: "may not be written",
      note: async () => {
        throw denied;
      },
    },
  ])("holds what narrows, and nothing else, when it $name", async ({ note }) => {
    const held = await noted(note, plan, new Set());
    expect(steps(plan)).toEqual(["authorize revoke", "authorize"]);
    expect(steps(held)).toEqual(["authorize", "authorize"]);
    expect(held.databases.map((d) => d.findings.some(({ code }) => code === "WAVE_UNNOTED"))).toEqual([
      true,
      false,
    ]);
  });

  it("holds nothing where nobody waits for what comes of it", async () => {
    expect(await noted(undefined, plan, new Set())).toBe(plan);
  });
});

describe("afterNarrowing", () => {
  const outcome = (arn: string, writeCalls: number) => ({ arn, writeCalls }) as never;
  const report = (...outcomes: never[]) => ({ outcomes }) as never;

  it("begins the watching when the change is over, and anew where something was changed meanwhile", () => {
    const memory = { ...EMPTY_MEMORY, narrowed: new Map([[b, 1]]) };
    const after = afterNarrowing(memory, new Set([a]), report(outcome(a, 2), outcome(b, 1)), 9);
    expect([...(after.narrowed ?? [])].sort()).toEqual([
      [a, 9],
      [b, 9],
    ]);
  });

  it("adds nobody who was not narrowed, and knows nothing where nothing was known", () => {
    const memory = { ...EMPTY_MEMORY, narrowed: new Map([[a, 1]]) };
    const after = afterNarrowing(memory, new Set(), report(outcome(a, 0), outcome(b, 3)), 9);
    expect(after.narrowed).toEqual(new Map([[a, 1]]));
    expect(afterNarrowing(EMPTY_MEMORY, new Set([a]), report(outcome(a, 1)), 9)).toEqual({});
  });
});
