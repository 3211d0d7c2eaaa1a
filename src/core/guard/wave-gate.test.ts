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
import { nextRollout, type Rollout, type RolloutLook } from "./rollout.ts";
import { waveGate } from "./wave-gate.ts";
import { WAVE_TAG } from "./waves.ts";

const IDS = ["dev", "a", "b", "c"];
const world = inventory({
  databases: IDS.map((id) =>
    database(id, [`sg-${id}`], {
      tags: { "moat:mode": "enforce", ...(id === "dev" ? { [WAVE_TAG]: "canary" } : {}) },
    }),
  ),
  securityGroups: [
    group("sg-old", [OPEN_EGRESS]),
    ...IDS.map((id) =>
      managedGroup(`sg-${id}`, id, [rule("10.0.1.10/32"), rule("10.0.1.20/32"), OPEN_EGRESS]),
    ),
  ],
});
const plan = planOf({
  inventory: world,
  policies: IDS.map((id) => allows(id, ["10.0.1.10/32", "10.0.9.9/32"])),
  settings: { acknowledged: { has: () => true } as never },
});
const LOOK: RolloutLook = {
  version: "7",
  at: 0,
  waves: ["canary", "50 %", "100 %"],
  databases: [],
  unseen: [],
  observations: [],
  risen: [],
  admits: () => false,
};
const calm = nextRollout(undefined, LOOK, 0).rollout;
const halted = nextRollout(
  undefined,
  { ...LOOK, risen: [{ id: "a", arn: "a", consumer: "10.0.1.20", records: 9, allowed: false }] },
  0,
).rollout;

function passed(rollout: Rollout | undefined): readonly string[] {
  const gated = waveGate(rollout, { canary: [], percent: [50] })(plan, world);
  // A grant is in each plan, and goes in any case.
  for (const d of gated.databases) expect(d.steps.map(({ action }) => action)).toContain("authorize");
  return gated.databases.filter((d) => d.steps.some(({ action }) => action === "revoke")).map(({ id }) => id);
}

describe("waveGate", () => {
  it.each([
    { name: "nothing is known of the rollout", rollout: undefined, want: [] },
    { name: "only the canary is open", rollout: { ...calm, open: 0 }, want: ["dev"] },
    { name: "all waves are open", rollout: { ...calm, open: 2 }, want: ["a", "b", "c", "dev"] },
    { name: "they are open for another version", rollout: { ...calm, open: 2, version: "6" }, want: [] },
    { name: "it is halted", rollout: { ...halted, open: 2 }, want: [] },
  ])("takes away at $want where $name, and holds no grant", ({ rollout, want }) => {
    expect(passed(rollout)).toEqual(want);
  });

  it("says of each that waits why", () => {
    const findings = (rollout?: Rollout) =>
      waveGate(rollout, { canary: [], percent: [50] })(plan, world).databases.flatMap((d) =>
        d.findings.filter(({ code }) => code === "WAVE_WAITS"),
      );
    expect(findings()).toHaveLength(4);
    expect(findings(halted)[0]?.why).toContain("The rollout is halted: 1 consumer is refused");
    expect(findings({ ...calm, open: 0 })[0]?.what).toMatch(/waits\. Wave "(50|100) %" is not open$/);
  });
});
