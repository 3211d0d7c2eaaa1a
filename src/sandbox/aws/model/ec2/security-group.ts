import type { Family } from "../cidr.ts";

/** The one thing on the other side of a rule. CIDRs are canonical. */
export type Peer =
  | { readonly kind: "cidr"; readonly family: Family; readonly cidr: string }
  | { readonly kind: "prefixList"; readonly prefixListId: string }
  | {
      readonly kind: "group";
      readonly groupId: string;
      readonly userId: string;
      readonly vpcId: string;
      readonly vpcPeeringConnectionId?: string;
    };

/** What a rule says, in canonical form. */
export interface RuleSpec {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all. */
  readonly protocol: string;
  /** Absent when the protocol has no ports. For ICMP the type, -1 for all. */
  readonly fromPort?: number;
  /** Absent when the protocol has no ports. For ICMP the code, -1 for all. */
  readonly toPort?: number;
  readonly peer: Peer;
  readonly description?: string;
}

/** A stored rule. */
export interface SecurityGroupRule extends RuleSpec {
  readonly securityGroupRuleId: string;
  readonly groupId: string;
  readonly isEgress: boolean;
}

/** A stored group. Its name and description never change. */
export interface SecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
  readonly ownerId: string;
  readonly rules: readonly SecurityGroupRule[];
}

/** Equal for two specs that EC2 takes for the same rule of one group and direction; descriptions do not count. */
export function ruleKey(rule: RuleSpec): string {
  return `${rule.protocol}|${rule.fromPort ?? ""}-${rule.toPort ?? ""}|${peerKey(rule.peer)}`;
}

/** Equal for two peers that EC2 takes for the same. */
export function peerKey(peer: Peer): string {
  if (peer.kind === "cidr") return peer.cidr;
  return peer.kind === "prefixList" ? peer.prefixListId : peer.groupId;
}

/** The rules of one direction, in the order of their creation. */
export const rulesOf = (group: SecurityGroup, isEgress: boolean): readonly SecurityGroupRule[] =>
  group.rules.filter((rule) => rule.isEgress === isEgress);
