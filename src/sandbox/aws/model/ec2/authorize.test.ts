import { describe, expect, it } from "vitest";
import { codeOf, ec2World, v4, v6 } from "../../testing/ec2-world.ts";
import { authorize } from "./authorize.ts";
import type { Permission } from "./permission.ts";
import { peerKey } from "./security-group.ts";

const hosts = (count: number, from = 0) =>
  v4(
    ...Array.from({ length: count }, (_, index) => `10.9.${(from + index) >> 8}.${(from + index) & 255}/32`),
  );

describe("authorize", () => {
  it("stores CIDRs in canonical form and answers every rule created", () => {
    const { ingress, group } = ec2World();
    const created = ingress(
      { ...v4("10.9.8.7/24", "10.1.1.1/32"), ...v6("2001:DB8::5/32") },
      v4("10.2.0.0/16"),
    );
    const peers = created.map((rule) => peerKey(rule.peer));
    expect(peers).toEqual(["10.9.8.0/24", "10.1.1.1/32", "2001:db8::/32", "10.2.0.0/16"]);
    expect(group().rules.filter((rule) => !rule.isEgress)).toEqual(created);
  });

  it.each<{ readonly name: string; readonly add: Partial<Permission>; readonly want: string }>([
    { name: "the same rule", add: v4("10.0.0.0/8"), want: "InvalidPermission.Duplicate" },
    { name: "a non-canonical twin", add: v4("10.1.2.3/8"), want: "InvalidPermission.Duplicate" },
    {
      name: "the protocol as a number",
      add: { ...v4("10.0.0.0/8"), protocol: "6" },
      want: "InvalidPermission.Duplicate",
    },
    {
      name: "another description",
      add: { ipRanges: [{ cidr: "10.0.0.0/8", description: "other" }] },
      want: "InvalidPermission.Duplicate",
    },
    { name: "other ports", add: { ...v4("10.0.0.0/8"), toPort: 5433 }, want: "ok" },
    { name: "a part of the range", add: v4("10.0.0.0/9"), want: "ok" },
    { name: "twice within the call", add: v4("10.5.0.0/16", "10.5.1.1/16"), want: "InvalidParameterValue" },
  ])("answers $want to $name", ({ add, want }) => {
    const { ingress } = ec2World();
    ingress(v4("10.0.0.0/8"));
    expect(codeOf(() => ingress(add))).toBe(want);
  });

  it("adds none when one is a duplicate", () => {
    const { ingress, group } = ec2World();
    ingress(v4("10.0.0.0/8"));
    const before = group();
    expect(codeOf(() => ingress(v4("10.77.0.0/16"), v4("10.0.0.0/8")))).toBe("InvalidPermission.Duplicate");
    expect(group()).toEqual(before);
  });

  it.each<{ readonly name: string; readonly add: Partial<Permission>; readonly want: string }>([
    { name: "malformed CIDR", add: v4("10.0.0.0/33"), want: "InvalidParameterValue" },
    { name: "IPv6 among IPv4 ranges", add: v4("::/0"), want: "InvalidParameterValue" },
    { name: "no peer", add: {}, want: "MissingParameter" },
    {
      name: "TCP without ports",
      add: { ...v4("10.0.0.0/8"), fromPort: undefined },
      want: "InvalidParameterValue",
    },
    {
      name: "ports the wrong way round",
      add: { ...v4("10.0.0.0/8"), toPort: 1 },
      want: "InvalidParameterValue",
    },
    {
      name: "a port above 65535",
      add: { ...v4("10.0.0.0/8"), toPort: 65_536 },
      want: "InvalidParameterValue",
    },
    {
      name: "unknown protocol",
      add: { ...v4("10.0.0.0/8"), protocol: "quic" },
      want: "InvalidParameterValue",
    },
    {
      name: "ICMP type -1 with a code",
      add: { ...v4("10.0.0.0/8"), protocol: "icmp", fromPort: -1, toPort: 3 },
      want: "InvalidParameterValue",
    },
    {
      name: "ICMP of all types",
      add: { ...v4("10.0.0.0/8"), protocol: "1", fromPort: -1, toPort: -1 },
      want: "ok",
    },
    {
      name: "ICMPv6 without type",
      add: { ...v6("::/0"), protocol: "58", fromPort: undefined, toPort: undefined },
      want: "ok",
    },
    { name: "protocol 50", add: { ...v4("10.0.0.0/8"), protocol: "50" }, want: "ok" },
    { name: "unknown group", add: { groups: [{ groupId: "sg-0123" }] }, want: "InvalidGroup.NotFound" },
    { name: "no group id", add: { groups: [{ groupId: "db" }] }, want: "InvalidGroupId.Malformed" },
    {
      name: "unknown prefix list",
      add: { prefixListIds: [{ prefixListId: "pl-0123" }] },
      want: "InvalidPrefixListID.NotFound",
    },
    {
      name: "a quote in a description",
      add: { ipRanges: [{ cidr: "10.0.0.0/8", description: "it's" }] },
      want: "InvalidParameterValue",
    },
    {
      name: "an umlaut",
      add: { ipRanges: [{ cidr: "10.0.0.0/8", description: "Büro" }] },
      want: "InvalidParameterValue",
    },
    {
      name: "256 characters",
      add: { ipRanges: [{ cidr: "10.0.0.0/8", description: "x".repeat(256) }] },
      want: "InvalidParameterValue",
    },
    {
      name: "255 characters",
      add: { ipRanges: [{ cidr: "10.0.0.0/8", description: "&".repeat(255) }] },
      want: "ok",
    },
  ])("answers $want to $name", ({ add, want }) => {
    const { ingress, group } = ec2World();
    expect(codeOf(() => ingress(add))).toBe(want);
    expect(group().rules.filter((rule) => !rule.isEgress)).toHaveLength(want === "ok" ? 1 : 0);
  });

  it("knows no ports for all traffic and for protocols that have none", () => {
    const { ingress } = ec2World();
    const created = ingress({ ...v4("10.0.0.0/8"), protocol: "-1" }, { ...v4("10.0.0.0/8"), protocol: "50" });
    expect(created.map((rule) => [rule.protocol, rule.fromPort, rule.toPort])).toEqual([
      ["-1", undefined, undefined],
      ["50", undefined, undefined],
    ]);
  });

  it("refuses a group of another VPC, unless the two are peered", () => {
    const { sandbox, ingress, vpc } = ec2World();
    const other = sandbox.seed.vpc({ cidrBlock: "10.1.0.0/16" });
    const app = sandbox.seed.securityGroup({ groupName: "app", vpcId: other.vpcId });
    const add = () => ingress({ groups: [{ groupId: app.groupId }] });
    expect(codeOf(add)).toBe("InvalidGroup.NotFound");
    const vpcPeeringConnectionId = sandbox.seed.peering(vpc.vpcId, other.vpcId);
    expect(add()[0]?.peer).toMatchObject({
      groupId: app.groupId,
      vpcId: other.vpcId,
      vpcPeeringConnectionId,
    });
  });

  it("accepts a group of another account over a peering", () => {
    const { sandbox, ingress, vpc } = ec2World();
    const there = sandbox.seedIn("444455556666", "eu-west-1");
    const other = there.vpc({ cidrBlock: "10.1.0.0/16" });
    const app = there.securityGroup({ groupName: "app", vpcId: other.vpcId });
    sandbox.seed.peering(vpc.vpcId, other.vpcId, "444455556666");
    expect(codeOf(() => ingress({ groups: [{ groupId: app.groupId, userId: "444455556666" }] }))).toBe("ok");
  });
});

describe("the quota of rules", () => {
  const full = () => {
    const world = ec2World();
    world.ingress(hosts(60));
    return world;
  };

  it.each<{ readonly name: string; readonly add: Partial<Permission>; readonly want: string }>([
    { name: "a 61st IPv4 rule", add: v4("10.0.0.0/8"), want: "RulesPerSecurityGroupLimitExceeded" },
    { name: "a first IPv6 rule", add: v6("::/0"), want: "ok" },
    {
      name: "60 IPv6 rules",
      add: v6(...Array.from({ length: 60 }, (_, index) => `2001:db8::${index}/128`)),
      want: "ok",
    },
  ])("answers $want to $name beside 60 IPv4 rules", ({ add, want }) => {
    const { ingress } = full();
    expect(codeOf(() => ingress(add))).toBe(want);
  });

  it("counts the two directions apart", () => {
    const { ec2, group } = full();
    const permissions = [
      {
        protocol: "tcp",
        fromPort: 1,
        toPort: 1,
        ...hosts(59),
        ipv6Ranges: [],
        prefixListIds: [],
        groups: [],
      },
    ];
    expect(codeOf(() => authorize(ec2, group(), { isEgress: true, permissions, tags: [] }))).toBe("ok");
  });

  it("counts a group reference on both families", () => {
    const { ingress, groupId } = full();
    expect(codeOf(() => ingress({ groups: [{ groupId }] }))).toBe("RulesPerSecurityGroupLimitExceeded");
  });

  it("counts a prefix list with its maximum size, on its own family", () => {
    const { sandbox, ingress } = ec2World();
    const list = (family: "ipv4" | "ipv6", maxEntries: number) =>
      sandbox.seed.prefixList({ prefixListName: `${family} ${maxEntries}`, family, maxEntries, entries: [] })
        .prefixListId;
    ingress({ prefixListIds: [{ prefixListId: list("ipv4", 59) }] });
    expect(codeOf(() => ingress(hosts(2)))).toBe("RulesPerSecurityGroupLimitExceeded");
    expect(codeOf(() => ingress(hosts(1)))).toBe("ok");
    expect(codeOf(() => ingress({ prefixListIds: [{ prefixListId: list("ipv6", 60) }] }))).toBe("ok");
  });

  it.each([
    { prefixListName: "com.amazonaws.eu-west-1.s3", left: 59 },
    { prefixListName: "com.amazonaws.global.cloudfront.origin-facing", left: 5 },
    { prefixListName: "com.amazonaws.eu-west-1.vpc-lattice", left: 50 },
  ])("leaves room for $left rules beside $prefixListName", ({ prefixListName, left }) => {
    const { sandbox, ingress } = ec2World();
    const { prefixListId } = sandbox.seed.awsPrefixList(prefixListName, ["3.5.64.0/21", "3.5.72.0/23"]);
    ingress({ prefixListIds: [{ prefixListId }] });
    expect(codeOf(() => ingress(hosts(left + 1)))).toBe("RulesPerSecurityGroupLimitExceeded");
    expect(codeOf(() => ingress(hosts(left)))).toBe("ok");
  });

  it("follows an increased quota", () => {
    const { ingress, ec2 } = full();
    ec2.quotas.set("L-0EA8095F", 61);
    expect(codeOf(() => ingress(hosts(1, 100)))).toBe("ok");
    expect(codeOf(() => ingress(hosts(1, 200)))).toBe("RulesPerSecurityGroupLimitExceeded");
  });
});
