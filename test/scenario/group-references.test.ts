import { describe, expect, it } from "vitest";
import { applyPlan } from "../../src/app/apply-plan.ts";
import { databaseSteps } from "../../src/app/reconcile.ts";
import { verifyPlan } from "../../src/app/verify-plan.ts";
import type { AuditRecord } from "../../src/core/audit/audit-record.ts";
import { verifyAudit } from "../../src/core/audit/verify-audit.ts";
import { createInterface, setInterfaceGroups } from "../../src/sandbox/aws/model/ec2/interfaces.ts";
import { allowInLab, buildLab, known, type Lab, type LabConsumer, labelled } from "./lab.ts";

const WEB: readonly LabConsumer[] = [1, 2, 3, 4, 5].map((n) => ({
  name: `web-${n}`,
  addresses: [`10.20.1.${10 * n}`, `2001:db8::${10 * n}`],
  labels: labelled("web"),
  group: "web",
}));
const SCANNER: LabConsumer = { name: "scanner", addresses: ["10.20.1.99", "2001:db8::99"] };
const WEB_ADDRESSES = new Set(WEB.flatMap((c) => c.addresses));
const isWeb = (_: string, address: string): boolean => WEB_ADDRESSES.has(address);

function lab(): Lab {
  const world = buildLab({
    groups: { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }], web: [] },
    databases: [{ id: "orders", groups: ["legacy"], ipv6: true }],
    consumers: [...WEB, SCANNER],
    groupReferences: "exact",
  });
  allowInLab(world, "orders", ["role=web"]);
  return world;
}

/** Peers of the rules in force at the database. */
function peers(world: Lab): readonly string[] {
  const ec2 = world.sandbox.ec2();
  return known(world.databases, "orders")
    .groups()
    .flatMap((id) => ec2.groups.get(id)?.rules ?? [])
    .filter((rule) => !rule.isEgress)
    .map(({ peer }) => (peer.kind === "cidr" ? peer.cidr : peer.kind === "group" ? peer.groupId : ""))
    .sort();
}

const cidrsOf = (consumers: readonly LabConsumer[]): readonly string[] =>
  consumers.flatMap((c) => c.addresses.map((a) => `${a}/${a.includes(":") ? 128 : 32}`)).sort();

function admitted(world: Lab, address: string): boolean {
  const { interfaces, port } = known(world.databases, "orders");
  const [destination = ""] = interfaces();
  return world.sandbox.network.admits({ source: address, destination, port }).admitted;
}

/** Puts the interface with an address into a group. */
function carry(world: Lab, address: string, group: string): void {
  const ec2 = world.sandbox.ec2();
  const eni = [...ec2.interfaces.values()].find((i) => i.privateIpAddress === address);
  if (eni === undefined) throw new Error(`Nobody has ${address}`);
  setInterfaceGroups(ec2, eni, [known(world.groups, group)]);
}

describe("one rule for a group whose members are exactly those that policy allows", () => {
  it("stands instead of ten, cuts nobody, lets nobody in, and is quiet afterwards", async () => {
    const world = lab();
    const web = known(world.groups, "web");
    const planned = await world.plan();
    expect(verifyPlan(planned, await world.inventory.read()).violations).toEqual([]);
    const { violations } = await world.connections.during(isWeb, () => world.run());
    expect(violations).toEqual([]);
    expect(peers(world)).toEqual([web]);
    expect((await world.run()).writeCalls).toBe(0);
    expect(auditViolations(world)).toEqual([]);
  });

  it("gives way to addresses when a stranger joins, and comes back when the stranger leaves", async () => {
    const world = lab();
    await world.run();
    world.settle();
    carry(world, "10.20.1.99", "web");
    expect(admitted(world, "10.20.1.99")).toBe(true);
    const { violations } = await world.connections.during(isWeb, () => world.run());
    expect(violations.filter((v) => !JSON.stringify(v).includes("10.20.1.99"))).toEqual([]);
    expect(admitted(world, "10.20.1.99")).toBe(false);
    expect(peers(world)).toEqual(cidrsOf(WEB));

    carry(world, "10.20.1.99", "apps");
    await world.run();
    expect(peers(world)).toEqual([known(world.groups, "web")]);
    expect(auditViolations(world)).toEqual([]);
  });

  it("lets a client in by address that left the group and is still allowed", async () => {
    const world = lab();
    await world.run();
    carry(world, "10.20.1.30", "apps");
    expect(admitted(world, "10.20.1.30")).toBe(false);
    await world.run();
    expect(admitted(world, "10.20.1.30")).toBe(true);
    expect(peers(world)).toEqual([...cidrsOf(WEB.slice(2, 3)), known(world.groups, "web")].sort());
  });

  it("is not made where somebody joined the group since the plan", async () => {
    const world = lab();
    const { databases } = await world.plan();
    carry(world, "10.20.1.99", "web");
    const [outcome] = await applyPlan(world.ports, databases.map(databaseSteps));
    expect([outcome?.status, outcome?.problem?.code]).toEqual(["moved", "GROUP_MEMBERS_MOVED"]);
    expect(world.writes()).toEqual(["CreateSecurityGroup"]);
  });

  it("follows a newcomer whom policy allows without a single call", async () => {
    const world = lab();
    await world.run();
    const ec2 = world.sandbox.ec2();
    const subnetId = [...ec2.interfaces.values()].find((i) => !i.requesterManaged)?.subnetId ?? "";
    const groupIds = [known(world.groups, "web")];
    createInterface(ec2, { subnetId, groupIds, privateIpAddress: "10.20.1.60" });
    world.pce.seed.workload({
      name: "web-6",
      labels: labelled("web"),
      addresses: ["10.20.1.60"],
      managed: true,
    });
    expect((await world.run()).writeCalls).toBe(0);
    expect(admitted(world, "10.20.1.60")).toBe(true);
  });
});

/** What a reader of the record finds wrong with the steps, from the record alone. */
function auditViolations(world: Lab): readonly unknown[] {
  const lines = world.audit.map((entry, i) => ({
    number: i + 1,
    text: JSON.stringify(entry),
    record: JSON.parse(JSON.stringify(entry)) as AuditRecord,
  }));
  const report = verifyAudit([{ lines }], () => "");
  expect(report.replayed).toBeGreaterThan(0);
  return report.violations.filter((v) => v.rule === "S1/S2");
}
