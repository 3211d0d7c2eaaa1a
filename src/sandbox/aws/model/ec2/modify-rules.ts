import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import {
  canonicalPorts,
  cidrPeer,
  groupPeer,
  type Permission,
  prefixListPeer,
  ruleSpecs,
  withDescription,
} from "./permission.ts";
import { rulesById } from "./revoke.ts";
import { checkQuota } from "./rule-weight.ts";
import {
  type Peer,
  type RuleSpec,
  ruleKey,
  rulesOf,
  type SecurityGroup,
  type SecurityGroupRule,
} from "./security-group.ts";

/** A rule restated in full; exactly one of the four peers is set. */
export interface RuleUpdate {
  readonly securityGroupRuleId: string;
  readonly protocol: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly cidrIpv4?: string | undefined;
  readonly cidrIpv6?: string | undefined;
  readonly prefixListId?: string | undefined;
  readonly referencedGroupId?: string | undefined;
  readonly description?: string | undefined;
}

/** Restates rules in place: ids and tags stay, the kind of peer cannot change, all or none. @throws AwsError */
export function modifyRules(ec2: Ec2State, group: SecurityGroup, updates: readonly RuleUpdate[]): void {
  if (updates.length === 0) {
    throw new AwsError("MissingParameter", "The request must contain the parameter SecurityGroupRules");
  }
  const changed = new Map<string, SecurityGroupRule>();
  for (const update of updates) {
    const [before] = rulesById(group, undefined, [update.securityGroupRuleId]);
    if (before === undefined) continue;
    const spec = restated(ec2, group, update);
    checkSamePeerKind(before, spec.peer);
    const { securityGroupRuleId, groupId, isEgress } = before;
    changed.set(securityGroupRuleId, { ...spec, securityGroupRuleId, groupId, isEgress });
  }
  const rules = group.rules.map((rule) => changed.get(rule.securityGroupRuleId) ?? rule);
  for (const isEgress of [false, true]) checkNoTwins(rules.filter((rule) => rule.isEgress === isEgress));
  checkQuota(ec2, rules);
  ec2.putGroup({ ...group, rules });
}

function restated(ec2: Ec2State, group: SecurityGroup, update: RuleUpdate): RuleSpec {
  const ports = canonicalPorts(update.protocol, update.fromPort, update.toPort);
  return withDescription({ ...ports, peer: onlyPeer(ec2, group, update) }, update.description);
}

function onlyPeer(ec2: Ec2State, group: SecurityGroup, update: RuleUpdate): Peer {
  const peers: Peer[] = [];
  if (update.cidrIpv4 !== undefined) peers.push(cidrPeer(update.cidrIpv4, "ipv4"));
  if (update.cidrIpv6 !== undefined) peers.push(cidrPeer(update.cidrIpv6, "ipv6"));
  if (update.prefixListId !== undefined) peers.push(prefixListPeer(ec2, update.prefixListId, "mustExist"));
  if (update.referencedGroupId !== undefined) {
    peers.push(groupPeer(ec2, group, { groupId: update.referencedGroupId }, "mustExist"));
  }
  const [peer] = peers;
  if (peer !== undefined && peers.length === 1) return peer;
  throw new AwsError(
    "InvalidParameterValue",
    "A security group rule must specify exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId",
  );
}

function checkSamePeerKind(before: SecurityGroupRule, after: Peer): void {
  const kind = (peer: Peer) => (peer.kind === "cidr" ? peer.family : peer.kind);
  if (kind(before.peer) === kind(after)) return;
  const message = `You may not change the source or destination type of the security group rule '${before.securityGroupRuleId}'`;
  throw new AwsError("InvalidParameterValue", message);
}

function checkNoTwins(rules: readonly SecurityGroupRule[]): void {
  if (new Set(rules.map(ruleKey)).size === rules.length) return;
  throw new AwsError("InvalidPermission.Duplicate", "the specified rule already exists");
}

/** One description by rule id; absent clears it. */
export interface DescriptionUpdate {
  readonly securityGroupRuleId: string;
  readonly description?: string | undefined;
}

export interface DescriptionsInput {
  readonly isEgress: boolean;
  /** Either these, matched without their descriptions … */
  readonly permissions: readonly Permission[];
  /** … or these. */
  readonly updates: readonly DescriptionUpdate[];
}

/** Sets rule descriptions and nothing else; an absent description clears the old one. @throws AwsError */
export function updateDescriptions(ec2: Ec2State, group: SecurityGroup, input: DescriptionsInput): void {
  if ((input.permissions.length === 0) === (input.updates.length === 0)) {
    const message = "Specify either ipPermissions or securityGroupRuleDescriptions";
    throw new AwsError(
      input.updates.length === 0 ? "MissingParameter" : "InvalidParameterCombination",
      message,
    );
  }
  const wanted = input.updates.length > 0 ? byRuleId(group, input) : byPermission(ec2, group, input);
  const rules = group.rules.map((rule) =>
    wanted.has(rule.securityGroupRuleId)
      ? { ...identity(rule), ...withDescription(rule, wanted.get(rule.securityGroupRuleId)) }
      : rule,
  );
  ec2.putGroup({ ...group, rules });
}

const identity = ({ securityGroupRuleId, groupId, isEgress }: SecurityGroupRule) => ({
  securityGroupRuleId,
  groupId,
  isEgress,
});

function byRuleId(group: SecurityGroup, input: DescriptionsInput): Map<string, string | undefined> {
  const ids = input.updates.map((update) => update.securityGroupRuleId);
  rulesById(group, input.isEgress, ids);
  return new Map(input.updates.map((update) => [update.securityGroupRuleId, update.description]));
}

function byPermission(
  ec2: Ec2State,
  group: SecurityGroup,
  input: DescriptionsInput,
): Map<string, string | undefined> {
  const existing = new Map(
    rulesOf(group, input.isEgress).map((rule) => [ruleKey(rule), rule.securityGroupRuleId]),
  );
  const specs = ruleSpecs(ec2, group, input.permissions, "mayBeGone");
  return new Map(
    specs.map((spec) => {
      const id = existing.get(ruleKey(spec));
      if (id !== undefined) return [id, spec.description] as const;
      throw new AwsError(
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group.",
      );
    }),
  );
}
