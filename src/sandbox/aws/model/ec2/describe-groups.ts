import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import { type Filter, type FilterFields, filtered } from "./filters.ts";
import { groupById, groupByIdOrName } from "./lookup.ts";
import { type Page, type PageRequest, pageOf } from "./pages.ts";
import { type Peer, rulesOf, type SecurityGroup, type SecurityGroupRule } from "./security-group.ts";

export interface DescribeGroupsInput extends PageRequest {
  readonly groupIds: readonly string[];
  readonly groupNames: readonly string[];
  readonly filters: readonly Filter[];
}

const LIMITS = { least: 5, most: 1000 };

/** @throws AwsError InvalidGroup.NotFound · InvalidParameterCombination · … */
export function describeGroups(ec2: Ec2State, input: DescribeGroupsInput): Page<SecurityGroup> {
  const byRef = input.groupIds.length + input.groupNames.length > 0;
  if (byRef && input.maxResults !== undefined) {
    const message = "The parameter MaxResults cannot be used with the parameter GroupIds or GroupNames";
    throw new AwsError("InvalidParameterCombination", message);
  }
  const named = [
    ...input.groupIds.map((groupId) => groupById(ec2, groupId)),
    ...input.groupNames.map((groupName) => groupByIdOrName(ec2, { groupName })),
  ];
  const candidates = byRef ? [...new Set(named)] : ec2.groups.values();
  const matching = filtered(candidates, input.filters, GROUP_FIELDS, (group) => ec2.tags.of(group.groupId));
  return pageOf(matching, input, LIMITS);
}

export interface DescribeRulesInput extends PageRequest {
  readonly securityGroupRuleIds: readonly string[];
  readonly filters: readonly Filter[];
}

/** All rules of all groups, flat. @throws AwsError InvalidSecurityGroupRuleId.NotFound · … */
export function describeRules(ec2: Ec2State, input: DescribeRulesInput): Page<SecurityGroupRule> {
  // Of the tag filters this call has only `tag:KEY`.
  const unknown = input.filters.find(({ name }) => name === "tag-key" || name === "tag-value");
  if (unknown !== undefined)
    throw new AwsError("InvalidParameterValue", `The filter '${unknown.name}' is invalid`);
  const candidates =
    input.securityGroupRuleIds.length > 0
      ? input.securityGroupRuleIds.map((id) => ruleById(ec2, id))
      : groupsToScan(ec2, input.filters).flatMap((group) => group.rules);
  const matching = filtered(candidates, input.filters, RULE_FIELDS, (rule) =>
    ec2.tags.of(rule.securityGroupRuleId),
  );
  return pageOf(matching, input, LIMITS);
}

/** The group-id filter is the usual one: do not walk all rules of the region for it. */
function groupsToScan(ec2: Ec2State, filters: readonly Filter[]): readonly SecurityGroup[] {
  const ids = filters.find(
    (filter) => filter.name === "group-id" && !filter.values.some((id) => /[*?]/.test(id)),
  );
  return ids === undefined ? ec2.groups.values() : ids.values.flatMap((id) => ec2.groups.get(id) ?? []);
}

function ruleById(ec2: Ec2State, id: string): SecurityGroupRule {
  const groupId = ec2.groupIdOfRule(id);
  const group = groupId === undefined ? undefined : ec2.groups.get(groupId);
  const rule = group?.rules.find((candidate) => candidate.securityGroupRuleId === id);
  if (rule !== undefined) return rule;
  throw new AwsError(
    "InvalidSecurityGroupRuleId.NotFound",
    `The security group rule ID '${id}' does not exist`,
  );
}

const RULE_FIELDS: FilterFields<SecurityGroupRule> = {
  "group-id": (rule) => [rule.groupId],
  "security-group-rule-id": (rule) => [rule.securityGroupRuleId],
};

/** Any mixture of rules may satisfy several rule filters. */
const ruleFields = (prefix: string, isEgress: boolean): FilterFields<SecurityGroup> => {
  const read = (value: (rule: SecurityGroupRule) => string | undefined) => (group: SecurityGroup) =>
    rulesOf(group, isEgress).map(value);
  const peer = (value: (peer: Peer) => string | undefined) => read((rule) => value(rule.peer));
  return {
    [`${prefix}.protocol`]: read((rule) => rule.protocol),
    [`${prefix}.from-port`]: read((rule) => rule.fromPort?.toString()),
    [`${prefix}.to-port`]: read((rule) => rule.toPort?.toString()),
    [`${prefix}.cidr`]: peer((it) => (it.kind === "cidr" && it.family === "ipv4" ? it.cidr : undefined)),
    [`${prefix}.ipv6-cidr`]: peer((it) => (it.kind === "cidr" && it.family === "ipv6" ? it.cidr : undefined)),
    [`${prefix}.prefix-list-id`]: peer((it) => (it.kind === "prefixList" ? it.prefixListId : undefined)),
    [`${prefix}.group-id`]: peer((it) => (it.kind === "group" ? it.groupId : undefined)),
    [`${prefix}.user-id`]: peer((it) => (it.kind === "group" ? it.userId : undefined)),
  };
};

const GROUP_FIELDS: FilterFields<SecurityGroup> = {
  description: (group) => [group.description],
  "group-id": (group) => [group.groupId],
  "group-name": (group) => [group.groupName],
  "owner-id": (group) => [group.ownerId],
  "vpc-id": (group) => [group.vpcId],
  ...ruleFields("ip-permission", false),
  ...ruleFields("egress.ip-permission", true),
};
