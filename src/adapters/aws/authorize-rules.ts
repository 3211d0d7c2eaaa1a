import type { Direction, RuleContent, Tags } from "../../core/inventory/model.ts";
import { ruleKey } from "../../core/rule/rule-key.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { tagSpecifications } from "./ec2-tags.ts";
import { halves, pieces, RULES_PER_CALL, standingRules } from "./standing-rules.ts";
import { toIpPermissions } from "./to-ip-permissions.ts";

interface Target {
  readonly groupId: string;
  readonly direction: Direction;
  readonly tags: Tags;
}

/**
 * Adds rules to a group, those that stand already left as they are. EC2 takes all rules of a call or none; of several
 * calls the earlier ones stay when a later one fails.
 *
 * @throws AwsFault
 */
export async function authorizeRules(
  clients: AwsClients,
  groupId: string,
  rules: readonly RuleContent[],
  tags: Tags,
): Promise<void> {
  // One permission twice in a call is an error of its own.
  const unique = [...new Map(rules.map((rule) => [ruleKey(rule), rule])).values()];
  for (const direction of ["ingress", "egress"] as const) {
    const ofDirection = unique.filter((rule) => rule.direction === direction);
    for (const piece of pieces(ofDirection, RULES_PER_CALL)) {
      await authorizePiece(clients, { groupId, direction, tags }, piece);
    }
  }
}

async function authorizePiece(
  clients: AwsClients,
  target: Target,
  rules: readonly RuleContent[],
): Promise<void> {
  try {
    await send(clients, target, rules);
  } catch (error) {
    const rest = await whatToRepeat(clients, target, rules, error);
    for (const piece of rest) await authorizePiece(clients, target, piece);
  }
}

/** The pieces to send again after a refusal: always smaller than what was refused, so this comes to an end. */
async function whatToRepeat(
  clients: AwsClients,
  target: Target,
  rules: readonly RuleContent[],
  error: unknown,
): Promise<readonly (readonly RuleContent[])[]> {
  if (!(error instanceof AwsFault)) throw error;
  if (error.code === "InvalidPermission.Duplicate") return afterDuplicate(clients, target, rules);
  if (error.code === "InvalidParameterValue" && rules.length > 1 && isAboutSize(error)) return halves(rules);
  throw error;
}

async function afterDuplicate(
  clients: AwsClients,
  { groupId }: Target,
  rules: readonly RuleContent[],
): Promise<readonly (readonly RuleContent[])[]> {
  // EC2 itself says that this one stands.
  if (rules.length === 1) return [];
  const standing = new Set((await standingRules(clients, groupId)).map(ruleKey));
  const missing = rules.filter((rule) => !standing.has(ruleKey(rule)));
  if (missing.length === 0) return [];
  // A read that lags behind does not show the twin, so it is found by halving.
  return missing.length < rules.length ? [missing] : halves(rules);
}

/** A refused value would be refused in a smaller call too; the code alone does not tell it from a call too large. */
function isAboutSize({ message }: AwsFault): boolean {
  return !/malformed|invalid value|not valid|must not appear|description|does not exist|tag/i.test(message);
}

async function send(clients: AwsClients, target: Target, rules: readonly RuleContent[]): Promise<void> {
  const { sdk, client } = await clients.ec2Writes();
  const input = {
    GroupId: target.groupId,
    IpPermissions: toIpPermissions(rules),
    ...tagSpecifications("security-group-rule", target.tags),
  };
  if (target.direction === "ingress") {
    await callAws("ec2:AuthorizeSecurityGroupIngress", () =>
      client.send(new sdk.AuthorizeSecurityGroupIngressCommand(input)),
    );
  } else {
    await callAws("ec2:AuthorizeSecurityGroupEgress", () =>
      client.send(new sdk.AuthorizeSecurityGroupEgressCommand(input)),
    );
  }
}
