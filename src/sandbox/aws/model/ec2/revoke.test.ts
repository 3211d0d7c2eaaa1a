import { describe, expect, it } from "vitest";
import { codeOf, ec2World, permission, v4 } from "../../testing/ec2-world.ts";
import { modifyRules, updateDescriptions } from "./modify-rules.ts";
import { revoke } from "./revoke.ts";
import { peerKey, rulesOf } from "./security-group.ts";

const withRules = () => {
  const world = ec2World();
  const [ten, eleven] = world.ingress({
    ipRanges: [{ cidr: "10.0.0.0/8", description: "ten" }, { cidr: "11.0.0.0/8" }],
  });
  if (ten === undefined || eleven === undefined) throw new Error("The rules were not created");
  const peers = () => rulesOf(world.group(), false).map((rule) => peerKey(rule.peer));
  return { ...world, ten, eleven, peers };
};
const byIds = (...securityGroupRuleIds: readonly string[]) => ({
  isEgress: false,
  securityGroupRuleIds,
  permissions: [],
});
const byCidrs = (...cidrs: readonly string[]) => ({
  isEgress: false,
  securityGroupRuleIds: [],
  permissions: [permission(v4(...cidrs))],
});

describe("revoke", () => {
  it("removes by id and says what it removed", () => {
    const { ec2, group, ten, peers } = withRules();
    expect(revoke(ec2, group(), byIds(ten.securityGroupRuleId)).revoked).toEqual([ten]);
    expect(peers()).toEqual(["11.0.0.0/8"]);
  });

  it.each([
    { name: "an unknown id", ids: ["sgr-0123"], want: "InvalidSecurityGroupRuleId.NotFound" },
    { name: "a malformed id", ids: ["10.0.0.0/8"], want: "InvalidSecurityGroupRuleId.Malformed" },
  ])("removes nothing and answers $want to $name", ({ ids, want }) => {
    const { ec2, group, ten, peers } = withRules();
    expect(codeOf(() => revoke(ec2, group(), byIds(ten.securityGroupRuleId, ...ids)))).toBe(want);
    expect(peers()).toHaveLength(2);
  });

  it("does not find an ingress rule among the egress rules", () => {
    const { ec2, group, ten } = withRules();
    const input = { ...byIds(ten.securityGroupRuleId), isEgress: true };
    expect(codeOf(() => revoke(ec2, group(), input))).toBe("InvalidSecurityGroupRuleId.NotFound");
  });

  it("matches a permission without its description and in any spelling", () => {
    const { ec2, group, peers } = withRules();
    revoke(ec2, group(), byCidrs("10.1.2.3/8"));
    expect(peers()).toEqual(["11.0.0.0/8"]);
  });

  it("removes nothing when one permission is unknown", () => {
    const { ec2, group, peers } = withRules();
    expect(codeOf(() => revoke(ec2, group(), byCidrs("10.0.0.0/8", "12.0.0.0/8")))).toBe(
      "InvalidPermission.NotFound",
    );
    expect(peers()).toHaveLength(2);
  });

  it("removes the known ones in the default VPC and answers the others", () => {
    const { ec2, group, peers, vpc } = withRules();
    ec2.vpcs.set(vpc.vpcId, { ...vpc, isDefault: true });
    const { revoked, unknown } = revoke(ec2, group(), byCidrs("10.0.0.0/8", "12.0.0.0/8"));
    expect(revoked).toHaveLength(1);
    expect(unknown.map((spec) => peerKey(spec.peer))).toEqual(["12.0.0.0/8"]);
    expect(peers()).toEqual(["11.0.0.0/8"]);
  });

  it("removes a reference to a group that is gone", () => {
    const { ec2, group, ingress, sandbox, vpc } = withRules();
    const other = sandbox.seed.vpc({ cidrBlock: "10.1.0.0/16" });
    sandbox.seed.peering(vpc.vpcId, other.vpcId);
    const app = sandbox.seed.securityGroup({ groupName: "app", vpcId: other.vpcId });
    const groups = [{ groupId: app.groupId }];
    ingress({ groups });
    ec2.removeGroup(app.groupId);
    const input = { isEgress: false, securityGroupRuleIds: [], permissions: [permission({ groups })] };
    expect(revoke(ec2, group(), input).revoked).toHaveLength(1);
  });
});

describe("modifyRules", () => {
  const tcp = { protocol: "tcp", fromPort: 5432, toPort: 5432 };

  it("keeps the id and the tags, and clears an omitted description", () => {
    const { ec2, group, ten } = withRules();
    ec2.tags.put(ten.securityGroupRuleId, [{ key: "a", value: "b" }]);
    const { securityGroupRuleId } = ten;
    modifyRules(ec2, group(), [{ ...tcp, securityGroupRuleId, cidrIpv4: "10.5.5.5/16" }]);
    const [after] = rulesOf(group(), false);
    expect(after).toEqual({
      ...tcp,
      securityGroupRuleId,
      groupId: ten.groupId,
      isEgress: false,
      peer: { kind: "cidr", family: "ipv4", cidr: "10.5.0.0/16" },
    });
    expect(ec2.tags.of(securityGroupRuleId).get("a")).toBe("b");
  });

  it("works when the group is full", () => {
    const { ec2, group, ten } = withRules();
    ec2.quotas.set("L-0EA8095F", 2);
    const update = { ...tcp, securityGroupRuleId: ten.securityGroupRuleId, cidrIpv4: "12.0.0.0/8" };
    expect(codeOf(() => modifyRules(ec2, group(), [update]))).toBe("ok");
  });

  it.each([
    { name: "another kind of peer", update: { cidrIpv6: "::/0" }, want: "InvalidParameterValue" },
    {
      name: "two peers",
      update: { cidrIpv4: "12.0.0.0/8", cidrIpv6: "::/0" },
      want: "InvalidParameterValue",
    },
    { name: "no peer", update: {}, want: "InvalidParameterValue" },
    {
      name: "a rule that exists already",
      update: { cidrIpv4: "11.0.0.0/8" },
      want: "InvalidPermission.Duplicate",
    },
  ])("changes nothing and answers $want to $name", ({ update, want }) => {
    const { ec2, group, ten } = withRules();
    const before = group();
    const all = [{ ...tcp, securityGroupRuleId: ten.securityGroupRuleId, ...update }];
    expect(codeOf(() => modifyRules(ec2, group(), all))).toBe(want);
    expect(group()).toEqual(before);
  });

  it("swaps two rules in one call", () => {
    const { ec2, group, ten, eleven, peers } = withRules();
    modifyRules(ec2, group(), [
      { ...tcp, securityGroupRuleId: ten.securityGroupRuleId, cidrIpv4: "11.0.0.0/8" },
      { ...tcp, securityGroupRuleId: eleven.securityGroupRuleId, cidrIpv4: "10.0.0.0/8" },
    ]);
    expect(peers()).toEqual(["11.0.0.0/8", "10.0.0.0/8"]);
  });
});

describe("updateDescriptions", () => {
  it("sets and clears by rule id", () => {
    const { ec2, group, ten, eleven } = withRules();
    const updates = [
      { securityGroupRuleId: ten.securityGroupRuleId },
      { securityGroupRuleId: eleven.securityGroupRuleId, description: "eleven" },
    ];
    updateDescriptions(ec2, group(), { isEgress: false, permissions: [], updates });
    expect(rulesOf(group(), false).map((rule) => rule.description)).toEqual([undefined, "eleven"]);
  });

  it("sets by permission, which must exist", () => {
    const { ec2, group } = withRules();
    const set = (cidr: string) => () =>
      updateDescriptions(ec2, group(), {
        isEgress: false,
        updates: [],
        permissions: [permission({ ipRanges: [{ cidr, description: "new" }] })],
      });
    expect(codeOf(set("10.0.0.0/8"))).toBe("ok");
    expect(codeOf(set("12.0.0.0/8"))).toBe("InvalidPermission.NotFound");
    expect(rulesOf(group(), false).map((rule) => rule.description)).toEqual(["new", undefined]);
  });
});
