import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import { type Permission, ruleSpecs } from "./permission.ts";
import { checkQuota } from "./rule-weight.ts";
import {
  peerKey,
  type RuleSpec,
  ruleKey,
  rulesOf,
  type SecurityGroup,
  type SecurityGroupRule,
} from "./security-group.ts";
import { checkTags, type Tag } from "./tags.ts";

export interface AuthorizeInput {
  readonly isEgress: boolean;
  readonly permissions: readonly Permission[];
  /** Put on every rule that the call creates. */
  readonly tags: readonly Tag[];
}

/**
 * Adds rules to a group: all of them or, on any error, none.
 *
 * @returns every rule created, in the order of the request
 * @throws AwsError InvalidParameterValue · InvalidPermission.Duplicate · RulesPerSecurityGroupLimitExceeded · …
 */
export function authorize(
  ec2: Ec2State,
  group: SecurityGroup,
  input: AuthorizeInput,
): readonly SecurityGroupRule[] {
  if (input.permissions.length === 0)
    throw new AwsError("MissingParameter", "The request must contain the parameter ipPermissions");
  const specs = ruleSpecs(ec2, group, input.permissions, "mustExist");
  checkTags(input.tags);
  checkDistinct(specs);
  checkNew(rulesOf(group, input.isEgress), specs);
  const created = specs.map((spec) => ({
    ...spec,
    securityGroupRuleId: ec2.region.ids.ec2("sgr"),
    groupId: group.groupId,
    isEgress: input.isEgress,
  }));
  const rules = [...group.rules, ...created];
  checkQuota(ec2, rules);
  if (input.tags.length > 0) {
    for (const rule of created) ec2.tags.put(rule.securityGroupRuleId, input.tags);
  }
  ec2.putGroup({ ...group, rules });
  return created;
}

function checkDistinct(specs: readonly RuleSpec[]): void {
  if (new Set(specs.map(ruleKey)).size < specs.length) {
    throw new AwsError("InvalidParameterValue", "The same permission must not appear multiple times");
  }
}

function checkNew(existing: readonly SecurityGroupRule[], specs: readonly RuleSpec[]): void {
  const keys = new Set(existing.map(ruleKey));
  const duplicate = specs.find((spec) => keys.has(ruleKey(spec)));
  if (duplicate === undefined) return;
  throw new AwsError(
    "InvalidPermission.Duplicate",
    `the specified rule "${inWords(duplicate)}" already exists`,
  );
}

/** As AWS words it: `peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW`. */
function inWords(rule: RuleSpec): string {
  const protocol = rule.protocol === "-1" ? "ALL" : rule.protocol.toUpperCase();
  const ports = rule.fromPort === undefined ? "" : ` from port: ${rule.fromPort}, to port: ${rule.toPort},`;
  return `peer: ${peerKey(rule.peer)}, ${protocol},${ports} ALLOW`;
}
