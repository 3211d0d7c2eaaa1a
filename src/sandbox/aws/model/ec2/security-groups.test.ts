import { describe, expect, it } from "vitest";
import { codeOf, ec2World } from "../../testing/ec2-world.ts";
import { peerKey } from "./security-group.ts";
import { createSecurityGroup, deleteSecurityGroup } from "./security-groups.ts";

describe("createSecurityGroup", () => {
  it.each([
    { ipv6CidrBlock: undefined, want: ["0.0.0.0/0"] },
    { ipv6CidrBlock: "2001:db8::/56", want: ["0.0.0.0/0", "::/0"] },
  ])("lets everything out to $want when the VPC has $ipv6CidrBlock", ({ ipv6CidrBlock, want }) => {
    const { sandbox, ec2 } = ec2World();
    const { vpcId } = sandbox.seed.vpc({ ipv6CidrBlock });
    const { rules } = createSecurityGroup(ec2, { groupName: "new", description: "d", vpcId });
    expect(rules.map((rule) => peerKey(rule.peer))).toEqual(want);
    expect(rules.every((rule) => rule.isEgress && rule.protocol === "-1")).toBe(true);
  });

  it.each([
    { groupName: "web", want: "ok" },
    { groupName: "db", want: "InvalidGroup.Duplicate" },
    { groupName: "DB", want: "InvalidGroup.Duplicate" },
    { groupName: "db  ", want: "InvalidGroup.Duplicate" },
    { groupName: "sg-web", want: "InvalidParameterValue" },
    { groupName: "SG-web", want: "InvalidParameterValue" },
    { groupName: "web?", want: "InvalidParameterValue" },
    { groupName: "wéb", want: "InvalidParameterValue" },
    { groupName: "", want: "InvalidParameterValue" },
    { groupName: "x".repeat(255), want: "ok" },
    { groupName: "x".repeat(256), want: "InvalidParameterValue" },
  ])("answers $want to the name '$groupName'", ({ groupName, want }) => {
    const { ec2, vpc } = ec2World();
    expect(codeOf(() => createSecurityGroup(ec2, { groupName, description: "d", vpcId: vpc.vpcId }))).toBe(
      want,
    );
  });

  it("allows the name in another VPC", () => {
    const { sandbox, ec2 } = ec2World();
    const { vpcId } = sandbox.seed.vpc();
    expect(codeOf(() => createSecurityGroup(ec2, { groupName: "db", description: "d", vpcId }))).toBe("ok");
  });

  it("counts all groups of the region", () => {
    const { ec2, vpc } = ec2World();
    ec2.quotas.set("L-E79EC296", ec2.groups.size + 1);
    const create = (groupName: string) => () =>
      createSecurityGroup(ec2, { groupName, description: "d", vpcId: vpc.vpcId });
    expect(codeOf(create("a"))).toBe("ok");
    expect(codeOf(create("b"))).toBe("SecurityGroupLimitExceeded");
  });
});

describe("deleteSecurityGroup", () => {
  it("refuses while an interface has the group", () => {
    const { sandbox, ec2, group, subnet, groupId } = ec2World();
    const eni = sandbox.seed.networkInterface({ subnetId: subnet.subnetId, groupIds: [groupId] });
    expect(codeOf(() => deleteSecurityGroup(ec2, group()))).toBe("DependencyViolation");
    ec2.removeInterface(eni.networkInterfaceId);
    expect(codeOf(() => deleteSecurityGroup(ec2, group()))).toBe("ok");
  });

  it("refuses while another group refers to it, but not for its own rules", () => {
    const { sandbox, ec2, group, groupId, vpc, ingress } = ec2World();
    ingress({ groups: [{ groupId }] });
    const rules = [{ port: 1, groupId }];
    const other = sandbox.seed.securityGroup({ groupName: "other", vpcId: vpc.vpcId, rules });
    expect(codeOf(() => deleteSecurityGroup(ec2, group()))).toBe("DependencyViolation");
    deleteSecurityGroup(ec2, other);
    expect(codeOf(() => deleteSecurityGroup(ec2, group()))).toBe("ok");
    expect(ec2.groups.has(groupId)).toBe(false);
  });

  it("refuses for the default group", () => {
    const { sandbox, ec2, vpc } = ec2World();
    expect(codeOf(() => deleteSecurityGroup(ec2, sandbox.seed.defaultGroup(vpc.vpcId)))).toBe("CannotDelete");
  });
});
