import type { Ec2State } from "../../model/ec2/ec2-state.ts";
import { peerings } from "../../model/ec2/peerings.ts";
import {
  type Peer,
  type RuleSpec,
  rulesOf,
  type SecurityGroup,
  type SecurityGroupRule,
} from "../../model/ec2/security-group.ts";
import type { Tags } from "../../model/ec2/tags.ts";
import type { XmlStruct } from "../xml.ts";

/** `<tagSet>` items. */
export const tagSet = (tags: Tags): readonly XmlStruct[] => [...tags].map(([key, value]) => ({ key, value }));

/** A `<tagSet>` that EC2 leaves out when there are no tags. */
const optionalTagSet = (tags: Tags) => (tags.size === 0 ? undefined : tagSet(tags));

/** A group as DescribeSecurityGroups shows it. */
export function groupXml(ec2: Ec2State, group: SecurityGroup): XmlStruct {
  return {
    ownerId: group.ownerId,
    groupId: group.groupId,
    groupName: group.groupName,
    groupDescription: group.description,
    vpcId: group.vpcId,
    securityGroupArn: ec2.region.arn("ec2", `security-group/${group.groupId}`),
    ipPermissions: permissionsXml(ec2, rulesOf(group, false)),
    ipPermissionsEgress: permissionsXml(ec2, rulesOf(group, true)),
    tagSet: optionalTagSet(ec2.tags.of(group.groupId)),
  };
}

/** Rules grouped by protocol and ports, each peer in the list of its kind. */
export function permissionsXml(ec2: Ec2State, rules: readonly RuleSpec[]): readonly XmlStruct[] {
  const byService = Map.groupBy(rules, (rule) => `${rule.protocol}|${rule.fromPort}|${rule.toPort}`);
  return [...byService.values()].map((same) => ({
    ipProtocol: same[0]?.protocol,
    fromPort: same[0]?.fromPort,
    toPort: same[0]?.toPort,
    groups: same.flatMap((rule) => groupPairXml(ec2, rule)),
    ipRanges: same.flatMap((rule) => cidrXml(rule, "ipv4", "cidrIp")),
    ipv6Ranges: same.flatMap((rule) => cidrXml(rule, "ipv6", "cidrIpv6")),
    prefixListIds: same.flatMap(({ peer, description }) =>
      peer.kind === "prefixList" ? [{ prefixListId: peer.prefixListId, description }] : [],
    ),
  }));
}

const cidrXml = ({ peer, description }: RuleSpec, family: string, key: string): readonly XmlStruct[] =>
  peer.kind === "cidr" && peer.family === family ? [{ [key]: peer.cidr, description }] : [];

function groupPairXml(ec2: Ec2State, { peer, description }: RuleSpec): readonly XmlStruct[] {
  return peer.kind === "group" ? [{ ...groupInfo(ec2, peer), description }] : [];
}

function groupInfo(ec2: Ec2State, peer: Extract<Peer, { kind: "group" }>): XmlStruct {
  const { groupId, userId, vpcId, vpcPeeringConnectionId } = peer;
  if (vpcPeeringConnectionId === undefined) return { groupId, userId };
  const live = ec2.region.world
    .part(peerings)
    .of(vpcId)
    .some(({ peeringId }) => peeringId === vpcPeeringConnectionId);
  return { groupId, userId, vpcId, vpcPeeringConnectionId, peeringStatus: live ? "active" : "deleted" };
}

/** A rule as DescribeSecurityGroupRules and the authorize calls show it. */
export function ruleXml(ec2: Ec2State, rule: SecurityGroupRule): XmlStruct {
  const { peer } = rule;
  return {
    securityGroupRuleId: rule.securityGroupRuleId,
    groupId: rule.groupId,
    groupOwnerId: ec2.region.accountId,
    isEgress: rule.isEgress,
    ...serviceXml(rule),
    ...cidrMembers(peer),
    prefixListId: peer.kind === "prefixList" ? peer.prefixListId : undefined,
    referencedGroupInfo: peer.kind === "group" ? groupInfo(ec2, peer) : undefined,
    description: rule.description,
    tagSet: optionalTagSet(ec2.tags.of(rule.securityGroupRuleId)),
    securityGroupRuleArn: ec2.region.arn("ec2", `security-group-rule/${rule.securityGroupRuleId}`),
  };
}

/** A rule as the revoke calls list it: a shape of its own. */
export function revokedRuleXml(rule: SecurityGroupRule): XmlStruct {
  const { peer } = rule;
  return {
    securityGroupRuleId: rule.securityGroupRuleId,
    groupId: rule.groupId,
    isEgress: rule.isEgress,
    ...serviceXml(rule),
    ...cidrMembers(peer),
    prefixListId: peer.kind === "prefixList" ? peer.prefixListId : undefined,
    referencedGroupId: peer.kind === "group" ? peer.groupId : undefined,
    description: rule.description,
  };
}

/** Flat rules show "no ports" as -1; IpPermissions leave the ports out instead. */
const serviceXml = (rule: RuleSpec): XmlStruct => ({
  ipProtocol: rule.protocol,
  fromPort: rule.fromPort ?? -1,
  toPort: rule.toPort ?? -1,
});

const cidrMembers = (peer: Peer): XmlStruct => ({
  cidrIpv4: peer.kind === "cidr" && peer.family === "ipv4" ? peer.cidr : undefined,
  cidrIpv6: peer.kind === "cidr" && peer.family === "ipv6" ? peer.cidr : undefined,
});
