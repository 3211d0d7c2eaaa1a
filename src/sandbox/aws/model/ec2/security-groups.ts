import { AwsError } from "../aws-error.ts";
import { checkGroupDescription, checkGroupName } from "./charset.ts";
import type { Ec2State } from "./ec2-state.ts";
import { ec2State } from "./ec2-state.ts";
import { defaultVpc, groupByName, vpcById } from "./lookup.ts";
import { peerings } from "./peerings.ts";
import type { Peer, SecurityGroup, SecurityGroupRule } from "./security-group.ts";
import { checkTags, type Tag } from "./tags.ts";
import type { Vpc } from "./vpc.ts";

export interface NewSecurityGroup {
  /** Only seeds choose ids. */
  readonly groupId?: string | undefined;
  readonly groupName: string;
  readonly description: string;
  /** Absent: the default VPC. */
  readonly vpcId?: string | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** Creates a group with the egress rules every new group has. @throws AwsError */
export function createSecurityGroup(ec2: Ec2State, input: NewSecurityGroup): SecurityGroup {
  const groupName = input.groupName.trimEnd();
  checkGroupName(groupName);
  checkGroupDescription(input.description);
  checkTags(input.tags ?? []);
  const vpc = input.vpcId === undefined ? defaultVpc(ec2) : vpcById(ec2, input.vpcId);
  if (vpc === undefined) throw new AwsError("VPCIdNotSpecified", "No default VPC for this user");
  if (groupByName(ec2, vpc.vpcId, groupName) !== undefined) {
    const message = `The security group '${groupName}' already exists for VPC '${vpc.vpcId}'`;
    throw new AwsError("InvalidGroup.Duplicate", message);
  }
  if (ec2.groups.size >= ec2.quotas.value("securityGroupsPerRegion")) {
    const message = `The maximum number of security groups for VPC '${vpc.vpcId}' has been reached.`;
    throw new AwsError("SecurityGroupLimitExceeded", message);
  }
  return storeNewGroup(ec2, vpc, { ...input, groupName });
}

/** The group named `default` that each VPC has from the start: members reach each other. */
export function createDefaultGroup(ec2: Ec2State, vpc: Vpc): SecurityGroup {
  const group = storeNewGroup(ec2, vpc, { groupName: "default", description: "default VPC security group" });
  const { groupId, ownerId: userId, vpcId } = group;
  const fromItself = newRule(ec2, groupId, false, { kind: "group", groupId, userId, vpcId });
  const withIngress = { ...group, rules: [fromItself, ...group.rules] };
  ec2.putGroup(withIngress);
  return withIngress;
}

/** @throws AwsError CannotDelete · DependencyViolation */
export function deleteSecurityGroup(ec2: Ec2State, group: SecurityGroup): void {
  if (group.groupName === "default") {
    const message = `the specified group: "${group.groupId}" name: "default" cannot be deleted by a user`;
    throw new AwsError("CannotDelete", message);
  }
  if (ec2.interfacesOfGroup(group.groupId).length > 0 || isReferenced(ec2, group)) {
    throw new AwsError("DependencyViolation", `resource ${group.groupId} has a dependent object`);
  }
  ec2.removeGroup(group.groupId);
}

function storeNewGroup(ec2: Ec2State, vpc: Vpc, input: NewSecurityGroup): SecurityGroup {
  const groupId = input.groupId ?? ec2.region.ids.ec2("sg");
  const anywhere: Peer[] = [{ kind: "cidr", family: "ipv4", cidr: "0.0.0.0/0" }];
  // https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html: ::/0 only in a VPC with IPv6
  if (vpc.ipv6CidrBlocks.length > 0) anywhere.push({ kind: "cidr", family: "ipv6", cidr: "::/0" });
  const group: SecurityGroup = {
    groupId,
    groupName: input.groupName,
    description: input.description,
    vpcId: vpc.vpcId,
    ownerId: ec2.region.accountId,
    rules: anywhere.map((peer) => newRule(ec2, groupId, true, peer)),
  };
  if (input.tags !== undefined && input.tags.length > 0) ec2.tags.put(groupId, input.tags);
  ec2.putGroup(group);
  return group;
}

const newRule = (ec2: Ec2State, groupId: string, isEgress: boolean, peer: Peer): SecurityGroupRule => ({
  securityGroupRuleId: ec2.region.ids.ec2("sgr"),
  groupId,
  isEgress,
  protocol: "-1",
  peer,
});

/** Whether a rule of another group of the VPC refers to this group; references over a peering go stale instead. */
function isReferenced(ec2: Ec2State, group: SecurityGroup): boolean {
  return ec2.groups
    .values()
    .some(
      (other) =>
        other.vpcId === group.vpcId &&
        other.groupId !== group.groupId &&
        other.rules.some(({ peer }) => peer.kind === "group" && peer.groupId === group.groupId),
    );
}

/** Groups that a rule of a group in `vpcId` may refer to, and over which peering. */
export function referableGroup(
  ec2: Ec2State,
  vpcId: string,
  ref: { readonly groupId: string; readonly userId: string },
): Extract<Peer, { kind: "group" }> {
  const { groupId, userId } = ref;
  const { world, region, accountId } = ec2.region;
  const home = userId === accountId ? ec2 : world.region(userId, region).part(ec2State);
  const found = home.groups.get(groupId);
  if (found === undefined) {
    throw new AwsError("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
  }
  if (found.vpcId === vpcId) return { kind: "group", groupId, userId, vpcId };
  const over = world
    .part(peerings)
    .of(vpcId)
    .find(({ peer }) => peer.vpcId === found.vpcId);
  if (over === undefined) {
    const message = "You have specified two resources that belong to different networks.";
    throw new AwsError("InvalidGroup.NotFound", message);
  }
  return { kind: "group", groupId, userId, vpcId: found.vpcId, vpcPeeringConnectionId: over.peeringId };
}
