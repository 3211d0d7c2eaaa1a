import { describe, expect, it } from "vitest";
import { VPC_QUOTA } from "../../src/sandbox/aws/model/quotas.ts";
import { replaceInterface } from "../../src/sandbox/aws/model/rds/failover.ts";
import type { Meant, Sighting } from "./continuous-connections.ts";
import { covers } from "./group-rules.ts";
import { allowInLab, buildLab, known, type Lab, type LabConsumer, type LabPlan, labelled } from "./lab.ts";

const web = (n: number, labels = labelled("web")): LabConsumer => ({
  name: `web-${n}`,
  addresses: [`10.20.1.${10 + n}`, `2001:db8::${10 + n}`],
  labels,
});
const BATCH: LabConsumer = {
  name: "batch",
  addresses: ["10.20.1.40", "2001:db8::40"],
  labels: labelled("batch"),
};
const SCANNER: LabConsumer = { name: "scanner", addresses: ["10.20.1.99", "2001:db8::99"] };
const FOUR = [1, 2, 3, 4].map((n) => web(n));
const addressesOf = (...consumers: readonly LabConsumer[]): readonly string[] =>
  consumers.flatMap((c) => c.addresses);
const amongst =
  (...consumers: readonly LabConsumer[]): Meant =>
  (_, address) =>
    addressesOf(...consumers).includes(address);

const OPEN = [
  { port: 3306, cidr: "0.0.0.0/0" },
  { port: 3306, cidr: "::/0" },
];
const FROM_VPC = [{ port: 3306, cidr: "10.20.0.0/16" }];

const lab = (over: Partial<LabPlan> = {}): Lab =>
  buildLab({
    groups: { legacy: FROM_VPC },
    databases: [{ id: "orders", groups: ["legacy"] }],
    consumers: [...FOUR, BATCH, SCANNER],
    ...over,
  });

/** Runs under watch: nobody cut, nobody let in, every database in sync at the end, and nothing left to write. */
async function enforce(world: Lab, meant: Meant): Promise<Sighting> {
  const sighting = await world.connections.during(meant, () => world.run());
  expect(sighting.violations).toEqual([]);
  await expectConverged(world, meant);
  return sighting;
}

async function expectConverged(world: Lab, meant: Meant): Promise<void> {
  world.settle();
  for (const { id, port, interfaces } of world.databases.values()) {
    for (const eni of interfaces()) {
      const admitted = (source: string) =>
        world.sandbox.network.admits({ source, destination: eni, port }).admitted;
      const ipv6 = (world.sandbox.ec2().interfaces.get(eni)?.ipv6Addresses.length ?? 0) > 0;
      const all = addressesOf(...FOUR, BATCH, SCANNER).filter((a) => ipv6 || !a.includes(":"));
      expect(all.filter(admitted)).toEqual(all.filter((address) => meant(id, address)));
    }
  }
  const before = world.writes().length;
  expect((await world.run()).writeCalls).toBe(0);
  expect(world.writes().slice(before)).toEqual([]);
}

describe("enforcement under continuous connections", () => {
  it("never refuses an allowed client and never admits another, in IPv4 and IPv6", async () => {
    const world = lab({
      groups: { legacy: OPEN },
      databases: [{ id: "orders", groups: ["legacy"], ipv6: true }],
    });
    allowInLab(world, "orders", ["role=web"]);
    const { probes, moments } = await enforce(world, amongst(...FOUR));
    expect(moments).toBeGreaterThan(50);
    expect(probes).toBeGreaterThan(1000);
  });

  it("keeps sessions of allowed clients alive, whether EC2 tracks them or not, and lets only tracked ones of others linger", async () => {
    const world = lab({
      groups: { legacy: OPEN, narrow: FROM_VPC },
      databases: [{ id: "orders", groups: ["legacy"] }],
    });
    allowInLab(world, "orders", ["role=web"]);
    const untracked = await enforce(world, amongst(...FOUR));
    expect(untracked.sessions.map((s) => s.tracking)).toContain("untracked");
    const dead = untracked.sessions.filter((s) => !s.alive).map((s) => s.address);
    expect(dead.filter((a) => amongst(...FOUR)("", a))).toEqual([]);
    expect(dead).toContain("10.20.1.99");

    const tracked = lab();
    allowInLab(tracked, "orders", ["role=web"]);
    const sessions = (await enforce(tracked, amongst(...FOUR))).sessions;
    expect(sessions.every((s) => s.tracking === "tracked" && s.alive)).toBe(true);
    expect(sessions.map((s) => s.address)).toContain("10.20.1.99");
  });

  it("separates two instances that share a legacy group", async () => {
    const world = lab({
      groups: { legacy: [...FROM_VPC, { port: 5432, cidr: "10.20.0.0/16" }] },
      databases: [
        { id: "orders", groups: ["legacy"] },
        { id: "ledger", engine: "postgres", port: 5432, groups: ["legacy"], app: "finance" },
      ],
    });
    allowInLab(world, "orders", ["role=web"]);
    allowInLab(world, "finance", ["role=batch", "app=orders"], { unscoped_consumers: true });
    await enforce(world, (id, address) => amongst(...(id === "orders" ? FOUR : [BATCH]))(id, address));
  });

  it("changes a cluster through the cluster, and waits for both of its members", async () => {
    const world = lab({ databases: [{ id: "orders", kind: "cluster", groups: ["legacy"] }] });
    allowInLab(world, "orders", ["role=web"]);
    expect(known(world.databases, "orders").interfaces()).toHaveLength(2);
    await enforce(world, amongst(...FOUR));
    expect(world.writes()).toContain("ModifyDBCluster");
    expect(world.writes()).not.toContain("ModifyDBInstance");
  });

  it("changes a proxy", async () => {
    const world = lab({ databases: [{ id: "orders", kind: "proxy", groups: ["legacy"] }] });
    allowInLab(world, "orders", ["role=web"]);
    await enforce(world, amongst(...FOUR));
    expect(world.writes()).toContain("ModifyDBProxy");
  });

  it("swaps in a single step when every slot is taken", async () => {
    const names = ["legacy", "b", "c", "d", "e"];
    const groups = Object.fromEntries(names.map((name) => [name, name === "legacy" ? FROM_VPC : []]));
    const world = lab({ groups, databases: [{ id: "orders", groups: names }] });
    allowInLab(world, "orders", ["role=web"]);
    await enforce(world, amongst(...FOUR));
    expect(world.writes().filter((w) => w === "ModifyDBInstance")).toHaveLength(1);
  });

  it("follows a new workload, a new label, and an IP list", async () => {
    const world = lab();
    const { rule } = allowInLab(world, "orders", ["role=web"]);
    await enforce(world, amongst(...FOUR));

    world.pce.seed.workload({
      name: "web-9",
      labels: labelled("web"),
      addresses: ["10.20.1.99"],
      managed: true,
    });
    await enforce(world, amongst(...FOUR, { name: "", addresses: ["10.20.1.99"] }));

    world.pce.seed.relabel(known(world.workloads, "web-4"), labelled("retired"));
    await enforce(world, amongst(...FOUR.slice(0, 3), { name: "", addresses: ["10.20.1.99"] }));

    const bastions = world.pce.seed.ipList("bastions", ["10.20.1.40-10.20.1.43"]);
    const role = world.pce.seed.label("role", "web");
    world.pce.seed.update(rule, { consumers: [{ label: { href: role } }, { ip_list: { href: bastions } }] });
    world.pce.seed.provision();
    await enforce(world, amongst(...FOUR.slice(0, 3), { name: "", addresses: ["10.20.1.99", "10.20.1.40"] }));
  });

  it("spreads policy over a second managed group when one is full, and takes it back when it is not", async () => {
    const world = lab();
    world.sandbox.ec2().quotas.set(VPC_QUOTA.rulesPerSecurityGroup, 2);
    // Neither .11 nor .12-.13 nor .14 merge: three rules.
    allowInLab(world, "orders", ["role=web"]);
    await enforce(world, amongst(...FOUR));
    expect(known(world.databases, "orders").groups()).toHaveLength(2);

    world.pce.seed.relabel(known(world.workloads, "web-4"), labelled("retired"));
    await enforce(world, amongst(...FOUR.slice(0, 3)));
    expect(known(world.databases, "orders").groups()).toHaveLength(1);
  });

  it("makes room in a full group without cutting anybody", async () => {
    const world = lab();
    world.sandbox.ec2().quotas.set(VPC_QUOTA.rulesPerSecurityGroup, 3);
    world.sandbox.ec2().quotas.set(VPC_QUOTA.securityGroupsPerInterface, 1);
    allowInLab(world, "orders", ["role=web"]);
    await enforce(world, amongst(...FOUR));
    world.pce.seed.relabel(known(world.workloads, "web-1"), labelled("retired"));
    world.pce.seed.workload({
      name: "web-9",
      labels: labelled("web"),
      addresses: ["10.20.1.99"],
      managed: true,
    });
    await enforce(world, amongst(...FOUR.slice(1), { name: "", addresses: ["10.20.1.99"] }));
  });

  it("leaves what the database itself may open as it was", async () => {
    const world = lab({ withoutEgress: ["legacy"] });
    world.sandbox.seed.rules(known(world.groups, "legacy"), [
      { direction: "egress", port: 443, cidr: "10.20.0.0/16" },
    ]);
    allowInLab(world, "orders", ["role=web"]);
    const [eni = ""] = known(world.databases, "orders").interfaces();
    const opens = () =>
      ["10.20.1.11", "198.51.100.9"].map(
        (destination) =>
          world.sandbox.network.admits({ source: eni, destination, port: 443 }).refusedBy !== "sourceEgress",
      );
    const before = opens();
    const seen = new Set<string>();
    world.sandbox.network.onChange(() => seen.add(opens().join()));
    await enforce(world, amongst(...FOUR));
    expect([...seen]).toEqual([before.join()]);
  });

  it("follows a database whose interface was replaced", async () => {
    const world = lab();
    allowInLab(world, "orders", ["role=web"]);
    await enforce(world, amongst(...FOUR));
    replaceInterface(world.sandbox.rds(), "orders");
    await enforce(world, amongst(...FOUR));
  });

  it("gives the original groups back on rollback without a moment of neither", async () => {
    const world = lab();
    allowInLab(world, "orders", ["role=web"]);
    await enforce(world, amongst(...FOUR));
    const sighting = await world.connections.during(
      (_, address) => covers("10.20.0.0/16", address),
      () => world.rollback("orders"),
    );
    expect(sighting.violations).toEqual([]);
    world.settle();
    expect(known(world.databases, "orders").groups()).toEqual([known(world.groups, "legacy")]);
  });

  it("never touches a database in observe mode", async () => {
    const world = lab({ databases: [{ id: "orders", groups: ["legacy"], mode: "observe" }] });
    allowInLab(world, "orders", ["role=web"]);
    await world.run();
    expect(world.writes()).toEqual([]);
  });

  it("records each write with its reason before it is made", async () => {
    const world = lab();
    allowInLab(world, "orders", ["role=web"]);
    const order: string[] = [];
    world.sandbox.onCall(({ phase, call }) => {
      if (phase === "before" && call.isWrite)
        order.push(`${world.audit.length} recorded before ${call.operation}`);
    });
    await world.run();
    expect(order).toEqual([
      "1 recorded before CreateSecurityGroup",
      "2 recorded before AuthorizeSecurityGroupIngress",
      "3 recorded before ModifyDBInstance",
      "4 recorded before ModifyDBInstance",
    ]);
    expect(world.audit.every((entry) => entry.why.length > 10)).toBe(true);
  });

  it("shows that the watch can fail: the old lambda's order of calls is caught", async () => {
    const world = lab();
    allowInLab(world, "orders", ["role=web"]);
    const database = known(world.databases, "orders");
    const { violations } = await world.connections.during(amongst(...FOUR), async () => {
      const { enforcement } = world.ports;
      const vpcId = world.sandbox.rds().instance("orders").vpcId;
      const groupId = await enforcement.createSecurityGroup({
        name: "old",
        description: "old",
        vpcId,
        tags: {},
      });
      await enforcement.setDatabaseGroups({ kind: "instance", id: "orders" }, [groupId]);
      world.settle();
      const rule = { direction: "ingress", protocol: "tcp", fromPort: 3306, toPort: 3306 } as const;
      await enforcement.authorize(
        groupId,
        [{ ...rule, source: { kind: "cidr", cidr: "0.0.0.0/0" as never } }],
        {},
      );
    });
    expect(database.groups()).toHaveLength(1);
    expect(violations.filter((v) => v.startsWith("S1"))).not.toEqual([]);
    expect(violations.filter((v) => v.startsWith("S2"))).not.toEqual([]);
  });
});
