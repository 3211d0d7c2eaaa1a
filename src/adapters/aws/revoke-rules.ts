import type { Direction } from "../../core/inventory/model.ts";
import { ruleKey } from "../../core/rule/rule-key.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { RuleToRevoke } from "../../ports/enforcement.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { halves, pieces, RULES_PER_CALL, standingRules } from "./standing-rules.ts";
import { toIpPermissions } from "./to-ip-permissions.ts";

interface Target {
  readonly groupId: string;
  readonly direction: Direction;
  readonly by: "id" | "content";
}

const TARGETS = (["ingress", "egress"] as const).flatMap((direction) =>
  (["id", "content"] as const).map((by) => ({ direction, by })),
);

/**
 * Removes rules from a group, by id where there is one, else by content. One that is gone already is no failure.
 *
 * @throws AwsFault
 */
export async function revokeRules(
  clients: AwsClients,
  groupId: string,
  rules: readonly RuleToRevoke[],
): Promise<void> {
  const unique = [
    ...new Map(rules.map((rule) => [rule.securityGroupRuleId ?? ruleKey(rule), rule])).values(),
  ];
  for (const { direction, by } of TARGETS) {
    const chosen = unique.filter(
      (rule) =>
        rule.direction === direction && (rule.securityGroupRuleId === undefined) === (by === "content"),
    );
    for (const piece of pieces(chosen, RULES_PER_CALL))
      await revokePiece(clients, { groupId, direction, by }, piece);
  }
}

async function revokePiece(
  clients: AwsClients,
  target: Target,
  rules: readonly RuleToRevoke[],
): Promise<void> {
  try {
    await send(clients, target, rules);
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== "staleRead") throw error;
    for (const piece of await afterNotFound(clients, target, rules))
      await revokePiece(clients, target, piece);
  }
}

/** One unknown rule fails the whole call, and nothing is removed. What is sent again is always less. */
async function afterNotFound(
  clients: AwsClients,
  target: Target,
  rules: readonly RuleToRevoke[],
): Promise<readonly (readonly RuleToRevoke[])[]> {
  if (rules.length === 1) return [];
  const standing = await standingRules(clients, target.groupId);
  const keys = new Set(
    target.by === "id" ? standing.map((r) => r.securityGroupRuleId) : standing.map(ruleKey),
  );
  const left = rules.filter((rule) =>
    keys.has(target.by === "id" ? rule.securityGroupRuleId : ruleKey(rule)),
  );
  if (left.length === 0) return [];
  return left.length < rules.length ? [left] : halves(rules);
}

async function send(clients: AwsClients, target: Target, rules: readonly RuleToRevoke[]): Promise<void> {
  const { sdk, client } = await clients.ec2Writes();
  const ids = rules.flatMap((rule) => rule.securityGroupRuleId ?? []);
  const input = {
    GroupId: target.groupId,
    ...(target.by === "id" ? { SecurityGroupRuleIds: ids } : { IpPermissions: toIpPermissions(rules) }),
  };
  if (target.direction === "ingress") {
    await callAws("ec2:RevokeSecurityGroupIngress", () =>
      client.send(new sdk.RevokeSecurityGroupIngressCommand(input)),
    );
  } else {
    await callAws("ec2:RevokeSecurityGroupEgress", () =>
      client.send(new sdk.RevokeSecurityGroupEgressCommand(input)),
    );
  }
}
