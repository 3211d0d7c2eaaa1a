import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Direction, RuleSource, SecurityGroupRule } from "../../../core/inventory/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { readEach } from "./read-each.ts";
import { cidrSource, groupSource, type RuleHead, ruleHead } from "./rule-content.ts";
import { list, optional, readShape, unreadable } from "./shape.ts";

const Permission = z.object({
  IpProtocol: z.string(),
  FromPort: optional(z.int()),
  ToPort: optional(z.int()),
  IpRanges: list(z.unknown()),
  Ipv6Ranges: list(z.unknown()),
  PrefixListIds: list(z.unknown()),
  UserIdGroupPairs: list(z.unknown()),
});
const Described = { Description: optional(z.string()) };
const IpRange = z.object({ CidrIp: z.string(), ...Described });
const Ipv6Range = z.object({ CidrIpv6: z.string(), ...Described });
const PrefixListPeer = z.object({ PrefixListId: z.string().min(1), ...Described });
const GroupPair = z.object({ GroupId: z.string().min(1), UserId: optional(z.string()), ...Described });

/** The group that a permission belongs to, and in which direction it counts. */
export interface PermissionContext {
  readonly direction: Direction;
  readonly ownerId: string | undefined;
}

/** The rules of one permission, and what of it could not be read. */
export interface PermissionRules {
  readonly rules: readonly SecurityGroupRule[];
  readonly findings: readonly Diagnostic[];
}

/** Reads one entry of `IpPermissions`: it stands for one rule for each range, list and group in it. */
export function readIpPermission(json: unknown, at: string, context: PermissionContext): PermissionRules {
  const read = readShape(Permission, json, at);
  if (!read.ok) return { rules: [], findings: [read.error] };
  const shape = read.value;
  const head = ruleHead(context.direction, shape.IpProtocol, { from: shape.FromPort, to: shape.ToPort });
  if (!head.ok) return { rules: [], findings: [unreadable(json, at, head.error)] };
  const rule = ruleReader(head.value);
  const group = (pair: z.infer<typeof GroupPair>): Result<RuleSource, string> =>
    ok(groupSource(pair.GroupId, pair.UserId, context.ownerId));
  const prefixList = (peer: z.infer<typeof PrefixListPeer>): Result<RuleSource, string> =>
    ok({ kind: "prefixList", prefixListId: peer.PrefixListId });
  const parts = [
    readEach(
      shape.IpRanges,
      `${at}.IpRanges`,
      rule(IpRange, (r) => cidrSource(r.CidrIp)),
    ),
    readEach(
      shape.Ipv6Ranges,
      `${at}.Ipv6Ranges`,
      rule(Ipv6Range, (r) => cidrSource(r.CidrIpv6)),
    ),
    readEach(shape.PrefixListIds, `${at}.PrefixListIds`, rule(PrefixListPeer, prefixList)),
    readEach(shape.UserIdGroupPairs, `${at}.UserIdGroupPairs`, rule(GroupPair, group)),
  ];
  return { rules: parts.flatMap((p) => p.values), findings: parts.flatMap((p) => p.findings) };
}

interface PeerShape {
  readonly Description: string | undefined;
}

function ruleReader(head: RuleHead) {
  return <T extends PeerShape>(schema: z.ZodType<T>, toSource: (peer: T) => Result<RuleSource, string>) =>
    (json: unknown, at: string): Result<SecurityGroupRule, Diagnostic> => {
      const peer = readShape(schema, json, at);
      if (!peer.ok) return peer;
      const source = toSource(peer.value);
      if (!source.ok) return err(unreadable(json, at, source.error));
      const description = peer.value.Description;
      return ok({ ...head, source: source.value, ...(description ? { description } : {}), tags: {} });
    };
}
