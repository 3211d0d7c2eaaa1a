import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import { type Permission, ruleSpecs } from "./permission.ts";
import {
  type RuleSpec,
  ruleKey,
  rulesOf,
  type SecurityGroup,
  type SecurityGroupRule,
} from "./security-group.ts";

export interface RevokeInput {
  readonly isEgress: boolean;
  /** Either these … */
  readonly securityGroupRuleIds: readonly string[];
  /** … or these; descriptions are ignored. */
  readonly permissions: readonly Permission[];
}

export interface Revoked {
  readonly revoked: readonly SecurityGroupRule[];
  /** In the default VPC only: what did not exist, which is an error elsewhere. */
  readonly unknown: readonly RuleSpec[];
}

/** Removes rules: all of them or, on any error, none. @throws AwsError */
export function revoke(ec2: Ec2State, group: SecurityGroup, input: RevokeInput): Revoked {
  const { securityGroupRuleIds, permissions, isEgress } = input;
  if (securityGroupRuleIds.length > 0 && permissions.length > 0) {
    const message = "The parameter securityGroupRuleIds cannot be used with the parameter ipPermissions";
    throw new AwsError("InvalidParameterCombination", message);
  }
  if (securityGroupRuleIds.length === 0 && permissions.length === 0) {
    throw new AwsError(
      "MissingParameter",
      "The request must contain the parameter ipPermissions or securityGroupRuleIds",
    );
  }
  const outcome =
    securityGroupRuleIds.length > 0
      ? { revoked: rulesById(group, isEgress, securityGroupRuleIds), unknown: [] }
      : rulesByPermission(ec2, group, isEgress, permissions);
  const gone = new Set(outcome.revoked.map((rule) => rule.securityGroupRuleId));
  if (gone.size > 0)
    ec2.putGroup({ ...group, rules: group.rules.filter((rule) => !gone.has(rule.securityGroupRuleId)) });
  for (const securityGroupRuleId of gone) ec2.tags.drop(securityGroupRuleId);
  return outcome;
}

/** @throws AwsError InvalidSecurityGroupRuleId.Malformed · InvalidSecurityGroupRuleId.NotFound */
export function rulesById(
  group: SecurityGroup,
  isEgress: boolean | undefined,
  ids: readonly string[],
): readonly SecurityGroupRule[] {
  const byId = new Map(group.rules.map((rule) => [rule.securityGroupRuleId, rule]));
  return [...new Set(ids)].map((id) => {
    if (!/^sgr-[0-9a-f]+$/.test(id)) {
      throw new AwsError("InvalidSecurityGroupRuleId.Malformed", `Invalid id: "${id}" (expecting "sgr-...")`);
    }
    const rule = byId.get(id);
    if (rule !== undefined && (isEgress === undefined || rule.isEgress === isEgress)) return rule;
    throw new AwsError(
      "InvalidSecurityGroupRuleId.NotFound",
      `The security group rule ID '${id}' does not exist`,
    );
  });
}

function rulesByPermission(
  ec2: Ec2State,
  group: SecurityGroup,
  isEgress: boolean,
  permissions: readonly Permission[],
): Revoked {
  const specs = new Map(ruleSpecs(ec2, group, permissions, "mayBeGone").map((spec) => [ruleKey(spec), spec]));
  const revoked = rulesOf(group, isEgress).filter((rule) => specs.has(ruleKey(rule)));
  for (const rule of revoked) specs.delete(ruleKey(rule));
  const unknown = [...specs.values()];
  if (unknown.length > 0 && ec2.vpcs.get(group.vpcId)?.isDefault !== true) {
    throw new AwsError(
      "InvalidPermission.NotFound",
      "The specified rule does not exist in this security group.",
    );
  }
  return { revoked, unknown };
}
