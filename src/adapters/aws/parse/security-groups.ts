import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../../core/inventory/model.ts";
import { ruleKey } from "../../../core/rule/rule-key.ts";
import { readEach } from "./read-each.ts";
import { type ReadSecurityGroup, readSecurityGroup } from "./security-group.ts";
import { type GroupRule, readSecurityGroupRule } from "./security-group-rule.ts";
import { textField } from "./shape.ts";

/** Every group with its rules from both describe calls. */
export interface SecurityGroups {
  readonly groups: readonly SecurityGroup[];
  readonly findings: readonly Diagnostic[];
  /** Groups of which a part could not be read, with the first reason. */
  readonly unread: ReadonlyMap<string, Diagnostic>;
  /** Groups of which only rules were read: they exist, and may not be described. */
  readonly strays: ReadonlyMap<string, Diagnostic>;
}

/**
 * Joins `SecurityGroups` and `SecurityGroupRules`. The second has rule ids and tags, so its entry stands for a rule that
 * is in both; a rule that is in one of them only is kept, because the two answers may be of different moments.
 */
export function parseSecurityGroups(
  groupItems: readonly unknown[],
  ruleItems: readonly unknown[],
): SecurityGroups {
  const groups = readEach(groupItems, "SecurityGroups", readSecurityGroup);
  const owners = new Map(groups.values.map((g) => [g.group.groupId as string, g.group.ownerId]));
  const rules = readEach(ruleItems, "SecurityGroupRules", (json, at) =>
    readSecurityGroupRule(json, at, owners),
  );
  const rulesByGroup = Map.groupBy(rules.values, (r) => r.groupId);
  const strays = strayRules(rulesByGroup, groups.values);
  return {
    groups: groups.values.map(({ group }) => ({
      ...group,
      rules: mergeRules(rulesByGroup.get(group.groupId)?.map((r) => r.rule) ?? [], group.rules),
    })),
    findings: [
      ...groups.findings,
      ...groups.values.flatMap((g) => g.findings),
      ...rules.findings,
      ...strays.values(),
    ],
    unread: unreadGroups(groups.values, [...groups.unread, ...rules.unread]),
    strays,
  };
}

/** The rules of both answers, each once, in the order of their keys: two answers of one state give the same list. */
function mergeRules(
  fromRules: readonly SecurityGroupRule[],
  fromPermissions: readonly SecurityGroupRule[],
): readonly SecurityGroupRule[] {
  const merged = new Map<string, SecurityGroupRule>();
  for (const rule of [...fromRules, ...fromPermissions]) {
    const key = ruleKey(rule);
    if (!merged.has(key)) merged.set(key, rule);
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}

function unreadGroups(
  groups: readonly ReadSecurityGroup[],
  unread: readonly { readonly json: unknown; readonly problem: Diagnostic }[],
): ReadonlyMap<string, Diagnostic> {
  const map = new Map<string, Diagnostic>();
  const add = (groupId: string | undefined, problem: Diagnostic | undefined): void => {
    if (groupId !== undefined && problem !== undefined && !map.has(groupId)) map.set(groupId, problem);
  };
  for (const { json, problem } of unread) add(textField(json, "GroupId"), problem);
  for (const { group, findings } of groups) add(group.groupId, findings[0]);
  return map;
}

function strayRules(
  rulesByGroup: ReadonlyMap<string, readonly GroupRule[]>,
  groups: readonly ReadSecurityGroup[],
): ReadonlyMap<string, Diagnostic> {
  const known = new Set<string>(groups.map((g) => g.group.groupId));
  const strays = [...rulesByGroup].filter(([groupId]) => !known.has(groupId));
  return new Map(
    strays.map(([groupId, rules]) => [
      groupId,
      {
        code: "GROUP_NOT_READ",
        what: `SecurityGroupRules has ${rules.length} rules of the group "${groupId}", which SecurityGroups lacks`,
        why: "Without the group itself its VPC and its tags are unknown",
        fix: 'Save "aws ec2 describe-security-groups" and "aws ec2 describe-security-group-rules" together',
      },
    ]),
  );
}
