import { contains, type Family, parseAddress, parseCidr } from "../cidr.ts";
import { ec2State } from "../ec2/ec2-state.ts";
import { peerings } from "../ec2/peerings.ts";
import type { Peer, SecurityGroupRule } from "../ec2/security-group.ts";
import type { Endpoint, InterfaceAt } from "./endpoint.ts";

/** What one packet needs a rule for. `protocol` is `tcp`, `udp`, `icmp`, `icmpv6` or a number. */
export interface Traffic {
  readonly protocol: string;
  /** Destination port; for ICMP the type. */
  readonly port: number;
  /** For ICMP the code. */
  readonly icmpCode?: number;
}

/**
 * The rules in force on an interface that let the traffic pass to (egress) or from (ingress) the peer. Rules of all
 * groups form one union; neither order nor group matters.
 */
export function admittingRules(
  on: InterfaceAt,
  isEgress: boolean,
  peer: Endpoint,
  traffic: Traffic,
): readonly SecurityGroupRule[] {
  return rulesOn(on, isEgress).filter(
    (rule) => coversTraffic(rule, traffic) && coversPeer(on, rule.peer, peer),
  );
}

/** All rules of one direction in force on an interface. */
export const rulesOn = ({ ec2, eni }: InterfaceAt, isEgress: boolean): readonly SecurityGroupRule[] =>
  eni.groupIds.flatMap(
    (groupId) => ec2.groups.get(groupId)?.rules.filter((rule) => rule.isEgress === isEgress) ?? [],
  );

/** For -1 and for protocols other than TCP, UDP and ICMP all ports pass. */
function coversTraffic(rule: SecurityGroupRule, traffic: Traffic): boolean {
  if (rule.protocol === "-1") return true;
  if (rule.protocol !== traffic.protocol) return false;
  const { fromPort, toPort } = rule;
  if (fromPort === undefined || toPort === undefined) return true;
  if (!rule.protocol.startsWith("icmp")) return fromPort <= traffic.port && traffic.port <= toPort;
  return (
    (fromPort === -1 || fromPort === traffic.port) && (toPort === -1 || toPort === (traffic.icmpCode ?? 0))
  );
}

function coversPeer(on: InterfaceAt, peer: Peer, other: Endpoint): boolean {
  const { ec2 } = on;
  if (peer.kind === "cidr") return inCidr(peer.cidr, other.address);
  if (peer.kind === "prefixList") {
    return (
      ec2.prefixLists.get(peer.prefixListId)?.entries.some((entry) => inCidr(entry.cidr, other.address)) ===
      true
    );
  }
  return other.at !== undefined && isMember(on, peer, other.at);
}

/**
 * A group as peer stands for the private addresses of the interfaces that are in it now, in the same VPC or over a
 * live peering; a group that was deleted stands for nothing.
 */
function isMember(on: InterfaceAt, peer: Extract<Peer, { kind: "group" }>, other: InterfaceAt): boolean {
  const { world, region } = on.ec2.region;
  const home = world.region(peer.userId, region).part(ec2State);
  if (!home.groups.has(peer.groupId)) return false;
  if (!other.eni.groupIds.includes(peer.groupId)) return false;
  const here = on.eni.vpcId;
  const there = other.eni.vpcId;
  return (
    here === there ||
    world
      .part(peerings)
      .of(here)
      .some((peering) => peering.peer.vpcId === there)
  );
}

function inCidr(cidrText: string, addressText: string): boolean {
  const cidr = parseCidr(cidrText);
  const address = parseAddress(addressText);
  return cidr !== undefined && address !== undefined && contains(cidr, address);
}

/** Paths whose connections EC2 always tracks. */
export type NetworkPath =
  | "direct"
  | "natGateway"
  | "networkLoadBalancer"
  | "gatewayLoadBalancer"
  | "interfaceEndpoint"
  | "transitGateway"
  | "globalAccelerator"
  | "networkFirewall"
  | "egressOnlyInternetGateway";

/**
 * Whether a flow that `rule` lets through is untracked on this interface: TCP or UDP, the rule covers all addresses of
 * its family, the other direction has a rule for all addresses and all ports, and the path is not an always-tracked one.
 */
export function isUntracked(
  on: InterfaceAt,
  rule: SecurityGroupRule,
  traffic: Traffic,
  path: NetworkPath,
): boolean {
  if (path !== "direct" || (traffic.protocol !== "tcp" && traffic.protocol !== "udp")) return false;
  const family = everywhere(rule.peer);
  if (family === undefined) return false;
  return rulesOn(on, !rule.isEgress).some(
    (back) => everywhere(back.peer) === family && coversAllPorts(back, traffic.protocol),
  );
}

const everywhere = (peer: Peer): Family | undefined =>
  peer.kind === "cidr" && (peer.cidr === "0.0.0.0/0" || peer.cidr === "::/0") ? peer.family : undefined;

const coversAllPorts = (rule: SecurityGroupRule, protocol: string): boolean =>
  rule.protocol === "-1" || (rule.protocol === protocol && rule.fromPort === 0 && rule.toPort === 65_535);
