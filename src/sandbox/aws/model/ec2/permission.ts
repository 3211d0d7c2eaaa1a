import { AwsError } from "../aws-error.ts";
import { type Family, formatCidr, parseCidr } from "../cidr.ts";
import { checkRuleDescription } from "./charset.ts";
import type { Ec2State } from "./ec2-state.ts";
import { groupByIdOrName } from "./lookup.ts";
import type { Peer, RuleSpec, SecurityGroup } from "./security-group.ts";
import { referableGroup } from "./security-groups.ts";

/** A group as a peer, as a request names it. */
export interface GroupRef {
  readonly groupId?: string | undefined;
  readonly groupName?: string | undefined;
  readonly userId?: string | undefined;
  readonly description?: string | undefined;
}

/** One IpPermission of a request: a protocol, ports, and any number of peers. */
export interface Permission {
  readonly protocol: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly ipRanges: readonly { readonly cidr: string; readonly description?: string | undefined }[];
  readonly ipv6Ranges: readonly { readonly cidr: string; readonly description?: string | undefined }[];
  readonly prefixListIds: readonly {
    readonly prefixListId: string;
    readonly description?: string | undefined;
  }[];
  readonly groups: readonly GroupRef[];
}

/** Whether peers must exist: yes to authorize, no to revoke (a rule may refer to what is gone). */
export type PeerCheck = "mustExist" | "mayBeGone";

/** Fans a request's permissions out into one canonical rule a peer. @throws AwsError */
export function ruleSpecs(
  ec2: Ec2State,
  group: SecurityGroup,
  permissions: readonly Permission[],
  check: PeerCheck,
): readonly RuleSpec[] {
  return permissions.flatMap((permission) => {
    const service = canonicalPorts(permission.protocol, permission.fromPort, permission.toPort);
    const peers = peersOf(ec2, group, permission, check);
    if (peers.length === 0) {
      const message = "Missing source specification: include source security group or CIDR information";
      throw new AwsError("MissingParameter", message);
    }
    return peers.map(({ peer, description }) => withDescription({ ...service, peer }, description));
  });
}

/** A spec with its description, or without one when there is none. */
export function withDescription(spec: RuleSpec, description: string | undefined): RuleSpec {
  const { description: _old, ...bare } = spec;
  if (description === undefined || description === "") return bare;
  checkRuleDescription(description, spec.peer.kind);
  return { ...bare, description };
}

const NAMES: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6" };

/** Protocol and ports as EC2 stores them. @throws AwsError InvalidParameterValue */
export function canonicalPorts(
  protocolText: string,
  fromPort: number | undefined,
  toPort: number | undefined,
): Pick<RuleSpec, "protocol" | "fromPort" | "toPort"> {
  const protocol = canonicalProtocol(protocolText);
  if (protocol === "tcp" || protocol === "udp") return { protocol, ...portRange(fromPort, toPort) };
  if (protocol === "icmp" || protocol === "icmpv6")
    return { protocol, ...icmpType(protocol, fromPort, toPort) };
  // Ports mean nothing for -1 and all other protocols: all traffic passes, so none are kept.
  return { protocol };
}

function canonicalProtocol(text: string): string {
  const protocol = NAMES[text] ?? text.toLowerCase();
  if (["tcp", "udp", "icmp", "icmpv6", "-1"].includes(protocol)) return protocol;
  if (protocol === "all") return "-1";
  if (/^\d{1,3}$/.test(protocol) && Number(protocol) <= 255) return String(Number(protocol));
  throw new AwsError("InvalidParameterValue", `Invalid value '${text}' for IP protocol. Unknown protocol.`);
}

function portRange(fromPort: number | undefined, toPort: number | undefined) {
  if (fromPort === undefined || toPort === undefined) {
    const message = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.";
    throw new AwsError("InvalidParameterValue", message);
  }
  const valid = fromPort >= 0 && fromPort <= toPort && toPort <= 65_535;
  if (!valid)
    throw new AwsError("InvalidParameterValue", `Invalid TCP/UDP port range (${fromPort}:${toPort})`);
  return { fromPort, toPort };
}

function icmpType(protocol: "icmp" | "icmpv6", type: number | undefined, code: number | undefined) {
  if (protocol === "icmpv6" && type === undefined && code === undefined) return { fromPort: -1, toPort: -1 };
  if (type === undefined || code === undefined) {
    throw new AwsError(
      "InvalidParameterValue",
      "Invalid value 'Must specify both type and code with ICMP.' for icmp.",
    );
  }
  const valid = type >= -1 && type <= 255 && code >= -1 && code <= 255 && (type !== -1 || code === -1);
  if (!valid)
    throw new AwsError("InvalidParameterValue", `ICMP type (${type}) and code (${code}) do not fit together`);
  return { fromPort: type, toPort: code };
}

interface DescribedPeer {
  readonly peer: Peer;
  readonly description: string | undefined;
}

function peersOf(
  ec2: Ec2State,
  group: SecurityGroup,
  permission: Permission,
  check: PeerCheck,
): readonly DescribedPeer[] {
  return [
    ...permission.ipRanges.map((range) => ({
      peer: cidrPeer(range.cidr, "ipv4"),
      description: range.description,
    })),
    ...permission.ipv6Ranges.map((range) => ({
      peer: cidrPeer(range.cidr, "ipv6"),
      description: range.description,
    })),
    ...permission.prefixListIds.map((list) => ({
      peer: prefixListPeer(ec2, list.prefixListId, check),
      description: list.description,
    })),
    ...permission.groups.map((ref) => ({
      peer: groupPeer(ec2, group, ref, check),
      description: ref.description,
    })),
  ];
}

/** A CIDR in canonical form. @throws AwsError InvalidParameterValue */
export function cidrPeer(text: string, family: Family): Peer {
  const cidr = parseCidr(text);
  if (cidr === undefined || cidr.family !== family) {
    throw new AwsError("InvalidParameterValue", `CIDR block ${text} is malformed`);
  }
  return { kind: "cidr", family, cidr: formatCidr(cidr) };
}

/** @throws AwsError InvalidPrefixListID.Malformed · InvalidPrefixListID.NotFound */
export function prefixListPeer(ec2: Ec2State, prefixListId: string, check: PeerCheck): Peer {
  if (!/^pl-[0-9a-f]+$/.test(prefixListId)) {
    throw new AwsError("InvalidPrefixListID.Malformed", `Invalid id: "${prefixListId}" (expecting "pl-...")`);
  }
  if (check === "mustExist" && !ec2.prefixLists.has(prefixListId)) {
    throw new AwsError("InvalidPrefixListID.NotFound", `The prefix list ID '${prefixListId}' does not exist`);
  }
  return { kind: "prefixList", prefixListId };
}

/** @throws AwsError InvalidGroup.NotFound */
export function groupPeer(ec2: Ec2State, group: SecurityGroup, ref: GroupRef, check: PeerCheck): Peer {
  const userId = ref.userId ?? ec2.region.accountId;
  const groupId = ref.groupId ?? groupByIdOrName(ec2, ref).groupId;
  if (!/^sg-[0-9a-f]+$/.test(groupId)) {
    throw new AwsError("InvalidGroupId.Malformed", `Invalid id: "${groupId}" (expecting "sg-...")`);
  }
  if (check === "mayBeGone") return { kind: "group", groupId, userId, vpcId: group.vpcId };
  return referableGroup(ec2, group.vpcId, { groupId, userId });
}
