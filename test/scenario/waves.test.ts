import { describe, expect, it } from "vitest";
import { reconcileInWaves, type WaveEvent } from "../../src/app/reconcile-in-waves.ts";
import { allowInLab, buildLab, known, type Lab, labelled } from "./lab.ts";

const IDS = ["a", "b", "c", "d", "e"];
const lab = (): Lab => {
  const made = buildLab({
    groups: { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }] },
    databases: IDS.map((id) => ({ id, groups: ["legacy"] })),
    consumers: [{ name: "web-1", addresses: ["10.20.1.11"], labels: labelled("web") }],
  });
  allowInLab(made, "orders", ["role=web"]);
  return made;
};
const WAVES = { canary: ["c"], percent: [50, 100] };
const enforced = (world: Lab): string[] =>
  IDS.filter((id) => !known(world.databases, id).groups().includes(known(world.groups, "legacy")));

describe("waves", () => {
  it("change the canary first, and all in the end", async () => {
    const world = lab();
    const events: WaveEvent[] = [];
    const before: string[][] = [];
    const report = await reconcileInWaves(world.ports, world.plan, WAVES, {
      onWave: (event) => {
        events.push(event);
        before.push(enforced(world));
      },
    });
    expect(events.map((e) => (e.kind === "begun" ? e.wave.arns.length : e.kind))).toEqual([1, 2, 2]);
    expect(before.map((ids) => ids.length)).toEqual([0, 1, 3]);
    expect(before[1]).toEqual(["c"]);
    expect(enforced(world)).toEqual(IDS);
    expect(report.plan.databases.every((d) => d.inSync)).toBe(true);
  });

  it("leave the rest alone when the canary fails", async () => {
    const world = lab();
    world.sandbox.faults.add({
      match: { operation: "ModifyDBInstance" },
      when: "before",
      error: { code: "AccessDenied", httpStatus: 403, message: "not allowed" },
    });
    const events: WaveEvent[] = [];
    const report = await reconcileInWaves(world.ports, world.plan, WAVES, {
      onWave: (event) => events.push(event),
    });
    expect(report.outcomes.map((o) => [o.id, o.status])).toEqual([["c", "failed"]]);
    expect(events.at(-1)).toEqual({ kind: "stopped", failed: ["c"], left: 4 });
    expect(enforced(world)).toEqual([]);
  });
});
