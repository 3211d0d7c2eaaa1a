import type { IpPermission } from "@aws-sdk/client-ec2";
import type { RuleContent, RuleSource } from "../../core/inventory/model.ts";

/** Rules as EC2's requests take them: one permission for each protocol and port range, in the order given. */
export function toIpPermissions(rules: readonly RuleContent[]): IpPermission[] {
  const heads = Map.groupBy(rules, (r) => `${r.protocol}|${r.fromPort}|${r.toPort}`);
  return [...heads.values()].map(toPermission);
}

function toPermission(rules: readonly RuleContent[]): IpPermission {
  const [head] = rules;
  const sources = rules.map((rule) => rule.source);
  return {
    IpProtocol: head?.protocol,
    ...(head?.fromPort === undefined ? {} : { FromPort: head.fromPort }),
    ...(head?.toPort === undefined ? {} : { ToPort: head.toPort }),
    ...filled(
      "IpRanges",
      cidrsOf(sources, false).map((CidrIp) => ({ CidrIp })),
    ),
    ...filled(
      "Ipv6Ranges",
      cidrsOf(sources, true).map((CidrIpv6) => ({ CidrIpv6 })),
    ),
    ...filled("PrefixListIds", sources.flatMap(prefixListPeer)),
    ...filled("UserIdGroupPairs", sources.flatMap(groupPeer)),
  };
}

/** EC2 takes an absent list, but not an empty one. */
function filled<K extends string, T>(key: K, items: T[]): { [P in K]?: T[] } {
  return items.length === 0 ? {} : ({ [key]: items } as { [P in K]: T[] });
}

const cidrsOf = (sources: readonly RuleSource[], ipv6: boolean): string[] =>
  sources.flatMap((s) => (s.kind === "cidr" && s.cidr.includes(":") === ipv6 ? [s.cidr] : []));

const prefixListPeer = (source: RuleSource) =>
  source.kind === "prefixList" ? [{ PrefixListId: source.prefixListId }] : [];

const groupPeer = (source: RuleSource) =>
  source.kind === "securityGroup"
    ? [{ GroupId: source.groupId, ...(source.ownerId === undefined ? {} : { UserId: source.ownerId }) }]
    : [];
