import { describe, expect, it } from "vitest";
import { s3FlowLogs } from "../../src/adapters/aws/s3-flow-logs.ts";
import { newFlowLogs } from "../../src/app/new-flow-logs.ts";
import { planDatabases } from "../../src/app/plan-databases.ts";
import { reconcileInWaves, type WaveEvent } from "../../src/app/reconcile-in-waves.ts";
import type { RecentFlows } from "../../src/app/wave-watch.ts";
import type { DatabaseAddress } from "../../src/core/inventory/database-addresses.ts";
import type { Plan } from "../../src/core/plan/plan.ts";
import { createFlowLogs } from "../../src/sandbox/aws/model/ec2/flow-logs.ts";
import { revoke } from "../../src/sandbox/aws/model/ec2/revoke.ts";
import { TEN_COLUMNS } from "../../src/sandbox/company/subscribe-flow-logs.ts";
import { allowInLab, buildLab, known, type Lab, labelled } from "./lab.ts";
import { watchLab } from "./watch-lab.ts";

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

const LOGS = "flow-logs";
const WATCHED = { canary: ["c"], percent: [100], watch: { forMs: 900_000, mostRejects: 2 } };

/** A lab whose databases have flow logs, and whose web server connects to each of them every half minute. */
function busyLab(): { readonly world: Lab; readonly flows: RecentFlows } {
  const world = lab();
  const { sandbox, clock, databases } = world;
  sandbox.seed.bucket(LOGS);
  createFlowLogs(sandbox.ec2(), {
    resourceType: "NetworkInterface",
    resourceIds: [...databases.values()].flatMap((d) => d.interfaces()),
    trafficType: "ALL",
    logDestinationType: "s3",
    logDestination: `arn:aws:s3:::${LOGS}`,
    logGroupName: undefined,
    deliverLogsPermissionArn: undefined,
    logFormat: `${TEN_COLUMNS} \${start} \${end}`,
    maxAggregationInterval: 60,
    fileFormat: "plain-text",
    hiveCompatiblePartitions: false,
    perHourPartition: false,
    tags: [],
  });
  const work = (): void => {
    for (const { interfaces, port } of databases.values())
      for (const destination of interfaces())
        sandbox.network.connect({ source: "10.20.1.11", destination, port });
    sandbox.flowLogs.deliver();
    clock.schedule(30_000, work);
  };
  work();
  clock.advance(600_000);
  const next = newFlowLogs(() => s3FlowLogs(world.clients, { bucket: LOGS, prefix: "" }));
  const before = next();
  let addresses: readonly DatabaseAddress[] = [];
  const plan = async (): Promise<Plan> => {
    const [inventory, policy] = await Promise.all([world.inventory.read(), world.policy.read("active")]);
    const planned = planDatabases({ inventory, policy, settings: world.settings });
    ({ addresses } = planned);
    return planned.plan;
  };
  return { world: { ...world, plan }, flows: { before: () => before, next, addresses: () => addresses } };
}

/** Somebody takes a database's rules out, over and over, as a tool that fights with Moat would, until told to stop. */
function takeRulesOut({ sandbox, clock, databases }: Lab, id: string): () => void {
  const ec2 = sandbox.ec2();
  let stopped = false;
  const takeOut = (): void => {
    if (stopped) return;
    for (const groupId of known(databases, id).groups()) {
      const group = ec2.groups.get(groupId);
      const rules = group?.rules.filter((r) => !r.isEgress) ?? [];
      if (group === undefined || rules.length === 0) continue;
      const securityGroupRuleIds = rules.map((r) => r.securityGroupRuleId);
      revoke(ec2, group, { isEgress: false, securityGroupRuleIds, permissions: [] });
    }
    clock.schedule(1_000, takeOut);
  };
  takeOut();
  return () => {
    stopped = true;
  };
}

describe("clients between waves", () => {
  it("are watched, and all databases are changed where none is refused", async () => {
    const { world, flows } = busyLab();
    const events: WaveEvent[] = [];
    const report = await reconcileInWaves(world.ports, world.plan, WATCHED, {
      flows,
      onWave: (event) => events.push(event),
    });
    expect(events.map((e) => e.kind)).toEqual(["begun", "watching", "begun", "watching"]);
    expect(report.halted).toBeUndefined();
    expect(enforced(world)).toEqual(IDS);
  });

  it("stop the later waves where policy allows one and the canary refuses it", async () => {
    const { world, flows } = busyLab();
    const events: WaveEvent[] = [];
    const report = await reconcileInWaves(world.ports, world.plan, WATCHED, {
      flows,
      onWave: (event) => {
        events.push(event);
        if (event.kind === "watching") takeRulesOut(world, "c");
      },
    });
    expect(report.halted?.code).toBe("ALLOWED_CONSUMERS_REJECTED");
    expect(report.halted?.what).toMatch(
      /^1 consumer that policy allows is refused .*: 10\.20\.1\.11 at "c" \(/,
    );
    expect(events.at(-1)).toMatchObject({ kind: "halted", left: 4 });
    expect(enforced(world)).toEqual(["c"]);
  });

  it("are watched after the last wave, too", async () => {
    const { world, flows } = busyLab();
    const events: WaveEvent[] = [];
    const report = await reconcileInWaves(world.ports, world.plan, WATCHED, {
      flows,
      onWave: (event) => {
        events.push(event);
        if (event.kind === "watching" && event.left === 0) takeRulesOut(world, "a");
      },
    });
    expect(report.halted?.code).toBe("ALLOWED_CONSUMERS_REJECTED");
    expect(report.halted?.what).toContain('at "a"');
    expect(events.at(-1)).toMatchObject({ kind: "halted", left: 0 });
  });

  it("are said to be unseen where no flow log comes", async () => {
    const { world, flows } = busyLab();
    const events: WaveEvent[] = [];
    const nothing = newFlowLogs(() => ({ async *list() {} }));
    await reconcileInWaves(world.ports, world.plan, WATCHED, {
      flows: { ...flows, next: nothing },
      onWave: (event) => events.push(event),
    });
    expect(events.map((e) => e.kind)).toEqual([
      ...["begun", "watching", "unseen"],
      ...["begun", "watching", "unseen"],
    ]);
  });

  it("stop all waves where flow logs cannot be read", async () => {
    const { world, flows } = busyLab();
    const report = await reconcileInWaves(world.ports, world.plan, WATCHED, {
      flows: {
        ...flows,
        next: newFlowLogs(() => s3FlowLogs(world.clients, { bucket: "no-such-bucket", prefix: "" })),
      },
    });
    expect(report.halted?.why).toContain("no further wave is begun");
    expect(enforced(world)).toEqual([]);
  });

  it("hold a later run back, but for repairs", async () => {
    const { world } = busyLab();
    const held = { code: "ALLOWED_CONSUMERS_REJECTED", what: "1 consumer", why: "", fix: "" };
    const report = await reconcileInWaves(world.ports, world.plan, WATCHED, { held });
    expect([report.halted, enforced(world)]).toEqual([held, []]);
  });

  it("stop a watch too, until policy has another version", async () => {
    const { world, flows } = busyLab();
    const settings = { waves: WATCHED };
    const watching = watchLab(world, undefined, { newFlows: flows.next, settings });
    let release: (() => void) | undefined;
    let meanwhile: readonly string[] = [];
    await watching.run(240, (minute) => {
      if (release === undefined && enforced(world).includes("c")) release = takeRulesOut(world, "c");
      if (minute === 100) release?.();
      if (minute !== 120) return;
      meanwhile = enforced(world);
      allowInLab(world, "billing", ["role=web"]);
    });
    expect(meanwhile).toEqual(["c"]);
    expect(watching.told().filter((event) => event === "wavesHalted")).toHaveLength(1);
    expect(enforced(world)).toEqual(IDS);
  });
});
