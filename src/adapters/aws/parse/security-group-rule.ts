import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { RuleSource, SecurityGroupRule } from "../../../core/inventory/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { cidrSource, groupSource, ruleHead } from "./rule-content.ts";
import { optional, readShape, unreadable } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";

const Schema = z.object({
  SecurityGroupRuleId: optional(z.string()),
  GroupId: z.string().min(1),
  GroupOwnerId: optional(z.string()),
  IsEgress: z.boolean(),
  IpProtocol: z.string(),
  FromPort: optional(z.int()),
  ToPort: optional(z.int()),
  CidrIpv4: optional(z.string()),
  CidrIpv6: optional(z.string()),
  PrefixListId: optional(z.string()),
  ReferencedGroupInfo: optional(z.object({ GroupId: optional(z.string()), UserId: optional(z.string()) })),
  Description: optional(z.string()),
  Tags: TagItems,
});
type Shape = z.infer<typeof Schema>;

/** A rule and the group it stands in. */
export interface GroupRule {
  readonly groupId: string;
  readonly rule: SecurityGroupRule;
}

/**
 * Reads one entry of `SecurityGroupRules`. `owners` maps group ids to their accounts, for answers that leave
 * `GroupOwnerId` out.
 */
export function readSecurityGroupRule(
  json: unknown,
  at: string,
  owners: ReadonlyMap<string, string>,
): Result<GroupRule, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok) return read;
  const shape = read.value;
  const head = ruleHead(shape.IsEgress ? "egress" : "ingress", shape.IpProtocol, {
    from: shape.FromPort,
    to: shape.ToPort,
  });
  if (!head.ok) return err(unreadable(json, at, head.error));
  const source = peerOf(shape, shape.GroupOwnerId ?? owners.get(shape.GroupId));
  if (!source.ok) return err(unreadable(json, at, source.error));
  return ok({
    groupId: shape.GroupId,
    rule: {
      ...head.value,
      source: source.value,
      ...(shape.SecurityGroupRuleId ? { securityGroupRuleId: shape.SecurityGroupRuleId } : {}),
      ...(shape.Description ? { description: shape.Description } : {}),
      tags: toTags(shape.Tags),
    },
  });
}

function peerOf(shape: Shape, ownerId: string | undefined): Result<RuleSource, string> {
  const peers: Result<RuleSource, string>[] = [];
  if (shape.CidrIpv4) peers.push(cidrSource(shape.CidrIpv4));
  if (shape.CidrIpv6) peers.push(cidrSource(shape.CidrIpv6));
  if (shape.PrefixListId) peers.push(ok({ kind: "prefixList", prefixListId: shape.PrefixListId }));
  const group = shape.ReferencedGroupInfo;
  if (group?.GroupId) peers.push(ok(groupSource(group.GroupId, group.UserId, ownerId)));
  const [peer] = peers;
  if (peer !== undefined && peers.length === 1) return peer;
  return err(`it has ${peers.length} peers instead of one`);
}
