import type { Brand } from "../brand.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Cidr } from "../net/cidr.ts";

export type SecurityGroupId = Brand<string, "SecurityGroupId">;
export type DatabaseArn = Brand<string, "DatabaseArn">;

export type Tags = Readonly<Record<string, string>>;
export type Direction = "ingress" | "egress";

/** The one peer of a security-group rule. */
export type RuleSource =
  | { readonly kind: "cidr"; readonly cidr: Cidr }
  | { readonly kind: "prefixList"; readonly prefixListId: string }
  | { readonly kind: "securityGroup"; readonly groupId: string; readonly ownerId?: string };

/**
 * What a rule says. `protocol` is EC2's canonical name (`tcp`, `udp`, `icmp`, `icmpv6`, `-1`, or a number as text);
 * ports are inclusive, and absent where EC2 ignores them (protocol -1 and those without ports). For ICMP they are
 * type and code.
 */
export interface RuleContent {
  readonly direction: Direction;
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly source: RuleSource;
}

/** A rule as it stands in EC2. */
export interface SecurityGroupRule extends RuleContent {
  /** Absent when the snapshot holds no rule ids. */
  readonly securityGroupRuleId?: string;
  readonly description?: string;
  readonly tags: Tags;
}

export interface SecurityGroup {
  readonly groupId: SecurityGroupId;
  readonly groupName: string;
  readonly vpcId: string;
  readonly ownerId: string;
  readonly tags: Tags;
  readonly rules: readonly SecurityGroupRule[];
  /** Set when the source says nothing of the group's egress, which is not to say that it has none. */
  readonly egressUnknown?: boolean;
}

/** `active`, `adding`, `removing`, or a word we do not know, which counts as in transition. */
export interface GroupMembership {
  readonly groupId: SecurityGroupId;
  readonly status: string;
}

export type DatabaseKind = "instance" | "cluster" | "proxy" | "proxyEndpoint";

export interface ClusterMember {
  readonly id: string;
  readonly arn: string;
  readonly status: string;
  readonly memberships: readonly GroupMembership[];
  readonly endpoint?: string;
}

/** The object that owns the security groups: an instance, a cluster (its members are never entries), a proxy, a proxy endpoint. */
export interface Database {
  /** DBInstanceIdentifier, DBClusterIdentifier, DBProxyName or DBProxyEndpointName. */
  readonly id: string;
  readonly arn: DatabaseArn;
  /** Immutable id (DbiResourceId, DbClusterResourceId, or the `prx-…` part of the ARN). */
  readonly resourceId: string;
  readonly kind: DatabaseKind;
  readonly engine: string;
  /** The listener's port: Endpoint.Port, never a default. Absent while creating. */
  readonly port?: number;
  readonly status: string;
  readonly vpcId?: string;
  readonly subnetIds: readonly string[];
  readonly accountId: string;
  readonly region: string;
  /** Every endpoint host name, lower case. */
  readonly endpoints: readonly string[];
  readonly memberships: readonly GroupMembership[];
  readonly members: readonly ClusterMember[];
  readonly tags: Tags;
  /** Set when Moat cannot manage this object at all (RDS Custom, no VPC networking, not enough read). */
  readonly unsupported?: Diagnostic;
}

export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly description: string;
  readonly requesterId?: string;
  readonly requesterManaged: boolean;
  readonly status: string;
  /** Private IPv4 addresses (primary first) and IPv6 addresses. */
  readonly addresses: readonly string[];
  readonly groupIds: readonly string[];
  readonly instanceId?: string;
  readonly interfaceType: string;
  /** Account that the interface belongs to; absent when the answer does not say. */
  readonly ownerId?: string;
  /** False for an interface that forwards what is not addressed to it; absent when the answer does not say. */
  readonly sourceDestCheck?: boolean;
  /** Set when IPv6 blocks are delegated to it: then its IPv6 addresses are not all known. */
  readonly delegatesIpv6?: boolean;
  /** IPv4 blocks delegated to the interface: any address in them may be that of a pod. */
  readonly prefixes?: readonly Cidr[];
  readonly tags?: Tags;
}

/** An EC2 instance; its addresses are those of the interfaces that name it. */
export interface Instance {
  readonly instanceId: string;
  readonly tags: Tags;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  /** The account that owns it; another one than the inventory's shares it with this account. Absent on old snapshots. */
  readonly ownerId?: string;
  readonly tags: Tags;
}

/** `entries` is absent when they could not be read; then nothing may be concluded from the list. */
export interface PrefixList {
  readonly prefixListId: string;
  readonly prefixListName: string;
  readonly ownerId: string;
  readonly family: 4 | 6;
  readonly maxEntries?: number;
  readonly entries?: readonly Cidr[];
}

export interface Quotas {
  /** Rules per group, direction and address family (L-0EA8095F). */
  readonly rulesPerSecurityGroup: number;
  /** Groups per network interface (L-2AFB9258). */
  readonly securityGroupsPerInterface: number;
  /** `default` when Service Quotas could not be asked. */
  readonly source: "service-quotas" | "default";
}

/** What AWS has in one account and region, read once. */
export interface Inventory {
  readonly accountId: string;
  readonly region: string;
  readonly databases: readonly Database[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkInterfaces: readonly NetworkInterface[];
  /** True when the source listed interfaces as such, and not only those that instances mention. */
  readonly interfacesListed?: boolean;
  /** What labels of consumers may follow from, beside interfaces and groups. */
  readonly instances?: readonly Instance[];
  readonly subnets?: readonly Subnet[];
  /** What of instances, interfaces and subnets could not be read: consumers may be missing. */
  readonly consumersUnread?: readonly Diagnostic[];
  readonly prefixLists: readonly PrefixList[];
  readonly quotas: Quotas;
  readonly findings: readonly Diagnostic[];
}
