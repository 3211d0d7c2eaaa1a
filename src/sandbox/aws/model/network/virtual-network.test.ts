import { describe, expect, it } from "vitest";
import { createSandboxAws } from "../../sandbox-aws.ts";
import type { SeedRule } from "../../seed/ec2-seed.ts";
import { peerings } from "../ec2/peerings.ts";
import { revoke } from "../ec2/revoke.ts";
import type { Connection } from "./connection.ts";
import type { Probe } from "./probe.ts";

/** A database interface on groups `db` and an application interface on group `app`, both IPv4 and IPv6. */
function world(rules: readonly SeedRule[] = []) {
  const sandbox = createSandboxAws();
  const { seed, network } = sandbox;
  const vpc = seed.vpc({ ipv6CidrBlock: "2001:db8::/56" });
  const subnet = seed.subnet({ vpcId: vpc.vpcId, cidrBlock: "10.0.1.0/24", ipv6CidrBlock: "2001:db8::/64" });
  const group = (groupName: string) => seed.securityGroup({ groupName, vpcId: vpc.vpcId }).groupId;
  const groups = { db: group("db"), app: group("app"), spare: group("spare") };
  const eni = (groupId: string, address: string, v6: string) =>
    seed.networkInterface({
      subnetId: subnet.subnetId,
      groupIds: [groupId],
      privateIpAddress: address,
      ipv6Addresses: [v6],
    }).networkInterfaceId;
  const db = eni(groups.db, "10.0.1.10", "2001:db8::10");
  const app = eni(groups.app, "10.0.1.20", "2001:db8::20");
  seed.rules(groups.db, rules);
  const probe = (source: string, port = 5432, more: Partial<Probe> = {}): Probe => ({
    source,
    destination: db,
    port,
    ...more,
  });
  const revokeAll = (groupId: string, isEgress: boolean) => {
    const stored = sandbox.ec2().groups.get(groupId);
    if (stored === undefined) throw new Error("no such group");
    const securityGroupRuleIds = stored.rules
      .filter((rule) => rule.isEgress === isEgress)
      .map((it) => it.securityGroupRuleId);
    revoke(sandbox.ec2(), stored, { isEgress, securityGroupRuleIds, permissions: [] });
  };
  return { sandbox, seed, network, vpc, subnet, groups, db, app, probe, revokeAll };
}

const opened = (connection: Connection | undefined): Connection => {
  if (connection === undefined) throw new Error("The connection was refused");
  return connection;
};

describe("admits", () => {
  it.each<{
    readonly name: string;
    readonly rules: readonly SeedRule[];
    readonly source: string;
    readonly more?: Partial<Probe>;
    readonly want: boolean;
  }>([
    { name: "no rule", rules: [], source: "10.0.1.20", want: false },
    {
      name: "a CIDR that covers the source",
      rules: [{ port: 5432, cidr: "10.0.1.0/24" }],
      source: "10.0.1.20",
      want: true,
    },
    {
      name: "a CIDR beside the source",
      rules: [{ port: 5432, cidr: "10.0.2.0/24" }],
      source: "10.0.1.20",
      want: false,
    },
    { name: "another port", rules: [{ port: 5433, cidr: "0.0.0.0/0" }], source: "10.0.1.20", want: false },
    {
      name: "a range of ports",
      rules: [{ fromPort: 5000, toPort: 6000, cidr: "0.0.0.0/0" }],
      source: "198.51.100.7",
      want: true,
    },
    {
      name: "another protocol",
      rules: [{ protocol: "udp", port: 5432, cidr: "0.0.0.0/0" }],
      source: "10.0.1.20",
      want: false,
    },
    {
      name: "all protocols",
      rules: [{ protocol: "-1", cidr: "0.0.0.0/0" }],
      source: "10.0.1.20",
      want: true,
    },
    {
      name: "the other family",
      rules: [{ port: 5432, cidr: "0.0.0.0/0" }],
      source: "2001:db8::20",
      want: false,
    },
    {
      name: "an IPv6 range",
      rules: [{ port: 5432, cidr: "2001:db8::/64" }],
      source: "2001:DB8:0::20",
      want: true,
    },
    {
      name: "ICMP of one type",
      rules: [{ protocol: "icmp", fromPort: 8, toPort: -1, cidr: "0.0.0.0/0" }],
      source: "10.0.1.20",
      more: { protocol: "icmp", port: 8 },
      want: true,
    },
    {
      name: "ICMP of another type",
      rules: [{ protocol: "icmp", fromPort: 8, toPort: -1, cidr: "0.0.0.0/0" }],
      source: "10.0.1.20",
      more: { protocol: "icmp", port: 13 },
      want: false,
    },
  ])("$want with $name", ({ rules, source, more, want }) => {
    const { network, probe } = world(rules);
    expect(network.admits(probe(source, 5432, more)).admitted).toBe(want);
  });

  it("takes a group as the private addresses of its members now", () => {
    const { network, probe, seed, groups, app } = world();
    seed.rules(groups.db, [{ port: 5432, groupId: groups.app }]);
    expect(network.admits(probe(app))).toMatchObject({
      admitted: true,
      by: { peer: { groupId: groups.app } },
    });
    expect(network.admits(probe("10.0.1.20")).admitted).toBe(true);
    expect(network.admits(probe("2001:db8::20")).admitted).toBe(true);
    expect(network.admits(probe("10.0.1.21")).admitted).toBe(false);
    seed.setInterfaceGroups(app, [groups.spare]);
    expect(network.admits(probe(app)).admitted).toBe(false);
  });

  it("takes a prefix list as its entries now", () => {
    const { network, probe, seed, groups, sandbox } = world();
    const entries = [{ cidr: "198.51.100.0/24" }];
    const list = seed.prefixList({ prefixListName: "offices", family: "ipv4", maxEntries: 5, entries });
    seed.rules(groups.db, [{ port: 5432, prefixListId: list.prefixListId }]);
    expect(network.admits(probe("198.51.100.7")).admitted).toBe(true);
    sandbox.ec2().putPrefixList({ ...list, entries: [] });
    expect(network.admits(probe("198.51.100.7")).admitted).toBe(false);
  });

  it("unites the rules of all groups on the interface", () => {
    const { network, probe, seed, groups, db } = world();
    seed.rules(groups.spare, [{ port: 5432, cidr: "10.0.0.0/8" }]);
    expect(network.admits(probe("10.0.1.20")).admitted).toBe(false);
    network.setInterfaceGroups(db, [groups.db, groups.spare]);
    expect(network.admits(probe("10.0.1.20")).admitted).toBe(true);
  });

  it("asks the egress rules of the source too", () => {
    const { network, probe, groups, app, revokeAll } = world([{ port: 5432, cidr: "10.0.0.0/8" }]);
    revokeAll(groups.app, true);
    expect(network.admits(probe(app))).toMatchObject({ admitted: false, refusedBy: "sourceEgress" });
  });

  it("reaches a public database at its private interface, without counting as a group member", () => {
    const { network, sandbox, subnet, groups, seed } = world();
    const group = groups.spare;
    const eni = network.createRdsInterface(sandbox.region(), {
      subnetId: subnet.subnetId,
      groupIds: [group],
      publicIp: "52.1.2.3",
    });
    seed.rules(group, [{ port: 3306, cidr: "198.51.100.7/32" }]);
    const attempt = network.connect({ source: "198.51.100.7", destination: "52.1.2.3", port: 3306 });
    expect(attempt).toMatchObject({
      action: "ACCEPT",
      dstaddr: eni.privateIpAddress,
      interfaceId: eni.networkInterfaceId,
    });
  });

  it("follows a peering, and no longer when it is gone", () => {
    const { network, probe, seed, vpc, groups, sandbox } = world();
    const there = sandbox.seedIn("444455556666", "eu-west-1");
    const other = there.vpc({ cidrBlock: "10.1.0.0/16" });
    const subnet = there.subnet({ vpcId: other.vpcId, cidrBlock: "10.1.1.0/24" });
    const peer = there.securityGroup({ groupName: "peer", vpcId: other.vpcId });
    const consumer = there.networkInterface({
      subnetId: subnet.subnetId,
      groupIds: [peer.groupId],
      privateIpAddress: "10.1.1.9",
    }).networkInterfaceId;
    const peeringId = seed.peering(vpc.vpcId, other.vpcId, "444455556666");
    expect(network.admits(probe("10.1.1.9")).admitted).toBe(false);
    const stored = sandbox.ec2().groups.get(groups.db);
    if (stored === undefined) throw new Error("no group");
    const by = { kind: "group", groupId: peer.groupId, userId: "444455556666", vpcId: other.vpcId } as const;
    const rule = {
      securityGroupRuleId: "sgr-01",
      groupId: groups.db,
      isEgress: false,
      protocol: "-1",
      peer: by,
    };
    sandbox.ec2().putGroup({ ...stored, rules: [rule] });
    const outcomes = () => [probe("10.1.1.9"), probe(consumer)].map((it) => network.admits(it).admitted);
    expect(outcomes()).toEqual([true, true]);
    sandbox.world.part(peerings).remove(peeringId);
    expect(outcomes()).toEqual([false, false]);
  });
});

describe("connections", () => {
  const open: readonly SeedRule[] = [{ port: 5432, cidr: "0.0.0.0/0" }];
  const narrow: readonly SeedRule[] = [{ port: 5432, cidr: "10.0.1.0/24" }];

  it.each<{
    readonly name: string;
    readonly rules: readonly SeedRule[];
    readonly more?: Partial<Probe>;
    readonly want: boolean;
  }>([
    { name: "a narrow rule", rules: narrow, want: true },
    { name: "a rule for the whole world, and all ports out", rules: open, want: false },
    { name: "the same through a NAT gateway", rules: open, more: { path: "natGateway" }, want: true },
    {
      name: "ICMP",
      rules: [{ protocol: "icmp", fromPort: -1, toPort: -1, cidr: "0.0.0.0/0" }],
      more: { protocol: "icmp", port: 8 },
      want: true,
    },
  ])("are tracked=$want by $name", ({ rules, more, want }) => {
    const { network, probe } = world(rules);
    expect(network.admits(probe("10.0.1.99", 5432, more))).toMatchObject({ admitted: true, tracked: want });
  });

  it("are tracked when not all ports may go out", () => {
    const { network, probe, groups, seed, revokeAll } = world(open);
    revokeAll(groups.db, true);
    seed.rules(groups.db, [{ direction: "egress", fromPort: 1024, toPort: 65_535, cidr: "0.0.0.0/0" }]);
    expect(network.admits(probe("198.51.100.7")).tracked).toBe(true);
    seed.rules(groups.db, [{ direction: "egress", fromPort: 0, toPort: 65_535, cidr: "0.0.0.0/0" }]);
    expect(network.admits(probe("198.51.100.7")).tracked).toBe(false);
  });

  it("survive a revoke when tracked, until they are idle for too long", () => {
    const { network, probe, groups, revokeAll, sandbox } = world(narrow);
    const connection = opened(network.open(probe("10.0.1.99")));
    revokeAll(groups.db, false);
    expect(network.admits(probe("10.0.1.99")).admitted).toBe(false);
    sandbox.clock.advance(431_000_000);
    expect(network.send(connection)).toBe(true);
    sandbox.clock.advance(431_000_000);
    expect(network.isAlive(connection)).toBe(true);
    sandbox.clock.advance(2_000_000);
    expect(network.isAlive(connection)).toBe(false);
  });

  it("die with their rule when untracked, even if it comes back", () => {
    const { network, probe, groups, revokeAll, seed } = world(open);
    const connection = opened(network.open(probe("198.51.100.7")));
    revokeAll(groups.db, false);
    expect(network.isAlive(connection)).toBe(false);
    seed.rules(groups.db, open);
    expect(network.isAlive(connection)).toBe(false);
  });

  it("survive a swap of groups when the new group admits them, tracked or not", () => {
    const { network, probe, groups, seed, db } = world(open);
    seed.rules(groups.spare, narrow);
    const inside = opened(network.open(probe("10.0.1.99")));
    const outside = opened(network.open(probe("198.51.100.7")));
    network.setInterfaceGroups(db, [groups.db, groups.spare]);
    expect([inside, outside].map((it) => network.isAlive(it))).toEqual([true, true]);
    network.setInterfaceGroups(db, [groups.spare]);
    expect([inside, outside].map((it) => network.isAlive(it))).toEqual([true, false]);
  });

  it("die when untracked and the answers may no longer go out", () => {
    const { network, probe, groups, revokeAll } = world(open);
    const connection = opened(network.open(probe("198.51.100.7")));
    revokeAll(groups.db, true);
    expect(network.isAlive(connection)).toBe(false);
  });

  it("die with the interface", () => {
    const { network, probe, db, sandbox } = world(narrow);
    const connection = opened(network.open(probe("10.0.1.99")));
    sandbox.ec2().removeInterface(db);
    expect(network.isAlive(connection)).toBe(false);
  });

  it("are not opened when refused", () => {
    const { network, probe } = world();
    expect(network.open(probe("10.0.1.99"))).toBeUndefined();
  });
});

describe("connect", () => {
  it("keeps attempts for the flow logs, from the consumer's side", () => {
    const { network, probe, app, sandbox, vpc, subnet, db } = world([{ port: 5432, cidr: "10.0.1.20/32" }]);
    network.connect(probe(app, 5432, { sourcePort: 51_744 }), { packets: 4, bytes: 400, durationMs: 5_000 });
    network.connect(probe("10.0.1.99"));
    const startMs = sandbox.clock.now();
    const place = { interfaceId: db, vpcId: vpc.vpcId, subnetId: subnet.subnetId, accountId: "111122223333" };
    expect(network.attempts).toMatchObject([
      {
        ...place,
        srcaddr: "10.0.1.20",
        srcport: 51_744,
        dstaddr: "10.0.1.10",
        dstport: 5432,
        protocol: 6,
        type: "IPv4",
        startMs,
        endMs: startMs + 5_000,
        packets: 4,
        bytes: 400,
        returnPackets: 4,
        action: "ACCEPT",
        source: { interfaceId: app },
      },
      { ...place, srcaddr: "10.0.1.99", action: "REJECT", returnPackets: 0, closes: false },
    ]);
  });
});

describe("onChange", () => {
  it("tells of every change of state", () => {
    const { network, seed, groups, db } = world();
    const seen: string[] = [];
    network.onChange((change) => seen.push(`${change.kind} ${change.id}`));
    seed.rules(groups.db, [{ port: 5432, cidr: "10.0.0.0/8" }]);
    network.setInterfaceGroups(db, [groups.spare]);
    expect(seen).toEqual([`securityGroup ${groups.db}`, `networkInterface ${db}`]);
  });
});
