import { describe, expect, it } from "vitest";
import { ruleKey } from "../../../core/rule/rule-key.ts";
import { parseSecurityGroups } from "./security-groups.ts";

const group = (fields: object = {}) => ({
  GroupId: "sg-1",
  GroupName: "orders",
  VpcId: "vpc-1",
  OwnerId: "111122223333",
  ...fields,
});
const rule = (fields: object = {}) => ({
  SecurityGroupRuleId: "sgr-1",
  GroupId: "sg-1",
  GroupOwnerId: "111122223333",
  IsEgress: false,
  IpProtocol: "tcp",
  FromPort: 3306,
  ToPort: 3306,
  CidrIpv4: "10.0.0.0/8",
  ...fields,
});
const tcp = { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306 };
const bare = { CidrIpv4: undefined };

const keys = (groups: readonly unknown[], rules: readonly unknown[]): string[] =>
  parseSecurityGroups(groups, rules).groups.flatMap((g) => g.rules.map(ruleKey));

describe("a rule of DescribeSecurityGroupRules", () => {
  it.each([
    { fields: {}, key: "ingress|tcp|3306-3306|10.0.0.0/8" },
    { fields: { CidrIpv4: "10.9.8.7/24" }, key: "ingress|tcp|3306-3306|10.9.8.0/24" },
    { fields: { ...bare, CidrIpv6: "2001:DB8:0::1/64" }, key: "ingress|tcp|3306-3306|2001:db8::/64" },
    { fields: { IpProtocol: "6" }, key: "ingress|tcp|3306-3306|10.0.0.0/8" },
    { fields: { IpProtocol: "17", FromPort: 53, ToPort: 60 }, key: "ingress|udp|53-60|10.0.0.0/8" },
    { fields: { IpProtocol: "-1", FromPort: -1, ToPort: -1 }, key: "ingress|-1|-|10.0.0.0/8" },
    { fields: { IpProtocol: "50", FromPort: -1, ToPort: -1 }, key: "ingress|50|-|10.0.0.0/8" },
    { fields: { IpProtocol: "1", FromPort: 8, ToPort: -1 }, key: "ingress|icmp|8--1|10.0.0.0/8" },
    { fields: { IpProtocol: "58", FromPort: null, ToPort: null }, key: "ingress|icmpv6|-1--1|10.0.0.0/8" },
    { fields: { IsEgress: true }, key: "egress|tcp|3306-3306|10.0.0.0/8" },
    { fields: { ...bare, PrefixListId: "pl-1" }, key: "ingress|tcp|3306-3306|pl-1" },
    { fields: { ...bare, ReferencedGroupInfo: { GroupId: "sg-2" } }, key: "ingress|tcp|3306-3306|sg-2" },
  ])("$key", ({ fields, key }) => {
    expect(keys([group()], [rule(fields)])).toEqual([key]);
  });

  it("names the account of a group peer only when it is another one", () => {
    const sources = parseSecurityGroups(
      [group()],
      [
        rule({
          ...bare,
          ReferencedGroupInfo: { GroupId: "sg-2", UserId: "111122223333" },
          GroupOwnerId: undefined,
        }),
        rule({ ...bare, ReferencedGroupInfo: { GroupId: "sg-3", UserId: "444455556666" } }),
      ],
    ).groups[0]?.rules.map((r) => r.source);
    expect(sources).toEqual([
      { kind: "securityGroup", groupId: "sg-2" },
      { kind: "securityGroup", groupId: "sg-3", ownerId: "444455556666" },
    ]);
  });

  it.each([
    { fields: { CidrIpv4: "10.0.0.0/33" }, says: '"10.0.0.0/33" has no valid prefix length' },
    { fields: { FromPort: undefined }, says: "tcp has no port range (?-3306)" },
    { fields: { FromPort: -1, ToPort: -1 }, says: "tcp has no port range (-1--1)" },
    { fields: { FromPort: 4000 }, says: "the port range 4000-3306 is upside down" },
    { fields: { IpProtocol: "vrrp" }, says: '"vrrp" is not a protocol' },
    { fields: bare, says: "it has 0 peers instead of one" },
    { fields: { PrefixListId: "pl-1" }, says: "it has 2 peers instead of one" },
    { fields: { IsEgress: "yes" }, says: "SecurityGroupRules[0].IsEgress" },
  ])("is unread, and so is its group, when $says", ({ fields, says }) => {
    const { groups, findings, unread } = parseSecurityGroups([group()], [rule(fields)]);
    expect(groups[0]?.rules).toEqual([]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.what).toContain('SecurityGroupRules[0] "sgr-1"');
    expect(findings[0]?.what).toContain(says);
    expect([...unread.keys()]).toEqual(["sg-1"]);
  });
});

describe("a permission of DescribeSecurityGroups", () => {
  it("stands for one rule for each of its peers", () => {
    const IpPermissions = [
      {
        ...tcp,
        IpRanges: [{ CidrIp: "10.1.0.9/16", Description: "app" }, { CidrIp: "10.2.0.0/16" }],
        Ipv6Ranges: [{ CidrIpv6: "::/0" }],
        PrefixListIds: [{ PrefixListId: "pl-1" }],
        UserIdGroupPairs: [{ GroupId: "sg-2", UserId: "111122223333" }],
      },
    ];
    const IpPermissionsEgress = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
    expect(keys([group({ IpPermissions, IpPermissionsEgress })], [])).toEqual([
      "egress|-1|-|0.0.0.0/0",
      "ingress|tcp|3306-3306|10.1.0.0/16",
      "ingress|tcp|3306-3306|10.2.0.0/16",
      "ingress|tcp|3306-3306|::/0",
      "ingress|tcp|3306-3306|pl-1",
      "ingress|tcp|3306-3306|sg-2",
    ]);
  });

  it("loses only the peer that cannot be read, and says where it is", () => {
    const IpPermissions = [{ ...tcp, IpRanges: [{ CidrIp: "10.1.0.0/16" }, { CidrIp: "ten" }] }];
    const { groups, findings, unread } = parseSecurityGroups([group({ IpPermissions })], []);
    expect(groups[0]?.rules).toHaveLength(1);
    expect(findings[0]?.what).toContain('SecurityGroups[0] "sg-1".IpPermissions[0].IpRanges[1]');
    expect(unread.has("sg-1")).toBe(true);
  });
});

describe("the two answers together", () => {
  const permission = (...cidrs: string[]) => ({ ...tcp, IpRanges: cidrs.map((CidrIp) => ({ CidrIp })) });

  it("give one rule, with id and tags, where they agree", () => {
    const { groups } = parseSecurityGroups(
      [group({ IpPermissions: [permission("10.0.0.0/8")] })],
      [rule({ CidrIpv4: "10.1.2.3/8", Tags: [{ Key: "moat:owner", Value: "moat" }], Description: "d" })],
    );
    expect(groups[0]?.rules).toEqual([
      {
        direction: "ingress",
        protocol: "tcp",
        fromPort: 3306,
        toPort: 3306,
        source: { kind: "cidr", cidr: "10.0.0.0/8" },
        securityGroupRuleId: "sgr-1",
        description: "d",
        tags: { "moat:owner": "moat" },
      },
    ]);
  });

  it("keep a rule that is in one of them only", () => {
    const found = keys(
      [group({ IpPermissions: [permission("10.0.0.0/8", "172.16.0.0/12")] })],
      [rule(), rule({ SecurityGroupRuleId: "sgr-2", CidrIpv4: "192.168.0.0/16" })],
    );
    expect(found.map((key) => key.split("|").at(-1))).toEqual([
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
    ]);
  });

  it("report rules of a group that the other lacks", () => {
    const { findings } = parseSecurityGroups([], [rule(), rule()]);
    expect(findings.map((f) => f.what)).toEqual([
      'SecurityGroupRules has 2 rules of the group "sg-1", which SecurityGroups lacks',
    ]);
  });
});
