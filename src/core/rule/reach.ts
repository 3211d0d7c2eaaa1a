import type {
  Inventory,
  NetworkInterface,
  PrefixList,
  RuleContent,
  RuleSource,
  SecurityGroup,
} from "../inventory/model.ts";
import { parseAddress } from "../net/address.ts";
import {
  type AddressSet,
  addressSetOfAddresses,
  addressSetOfCidrs,
  EMPTY_SET,
  union,
} from "../net/address-set.ts";

/** What some rules admit to one listener. */
export interface Reach {
  /** Addresses that are certainly admitted. */
  readonly admitted: AddressSet;
  /** Those of `admitted` whose connections EC2 does not track, so that they die at once when the rule goes. */
  readonly untracked: AddressSet;
  /** Peers whose addresses cannot all be known from here: a group of another account, an unread prefix list. */
  readonly unknown: readonly RuleSource[];
  /**
   * True when some peer is a group whose members may not all be known: they come and go, and an inventory may miss some,
   * so that an address outside of `admitted` is not proved to be refused.
   */
  readonly byReference: boolean;
}

/** Lookups that {@link reachOf} needs, made once an inventory. */
export interface PeerIndex {
  readonly groupAddresses: ReadonlyMap<string, AddressSet>;
  readonly knownGroups: ReadonlySet<string>;
  /** Of these, groups that belong to another account: interfaces there carry them, too, and are not seen. */
  readonly sharedGroups?: ReadonlySet<string>;
  /** Groups all of whose members are known. Absent: none. */
  readonly completeGroups?: ReadonlySet<string>;
  readonly prefixLists: ReadonlyMap<string, PrefixList>;
}

/** Indexes an inventory by what rules can name as a peer. */
export function peerIndex(inventory: Inventory): PeerIndex {
  const members = new Map<string, NetworkInterface[]>();
  for (const networkInterface of inventory.networkInterfaces) {
    for (const groupId of networkInterface.groupIds) {
      const list = members.get(groupId);
      if (list === undefined) members.set(groupId, [networkInterface]);
      else list.push(networkInterface);
    }
  }
  return {
    groupAddresses: new Map([...members].map(([groupId, interfaces]) => [groupId, addressesOf(interfaces)])),
    knownGroups: new Set(inventory.securityGroups.map((g) => g.groupId)),
    // Shared by Resource Access Manager: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-sharing.html
    sharedGroups: new Set(
      inventory.securityGroups.filter((g) => g.ownerId !== inventory.accountId).map((g) => g.groupId),
    ),
    prefixLists: new Map(inventory.prefixLists.map((p) => [p.prefixListId, p])),
  };
}

function addressesOf(interfaces: readonly NetworkInterface[]): AddressSet {
  const addresses = interfaces.flatMap((i) => i.addresses.map(parseAddress));
  return addressSetOfAddresses(addresses.flatMap((a) => (a.ok ? [a.value] : [])));
}

/** Addresses that the groups together admit to a TCP port. All rules of all groups form one union. */
export function reachOf(groups: readonly SecurityGroup[], port: number, peers: PeerIndex): Reach {
  const rules = groups.flatMap((g) => g.rules);
  return reachOfRules(rules, port, peers);
}

/** As {@link reachOf}, for rules on their own. */
export function reachOfRules(rules: readonly RuleContent[], port: number, peers: PeerIndex): Reach {
  const sets: AddressSet[] = [];
  const untracked: AddressSet[] = [];
  const unknown: RuleSource[] = [];
  for (const rule of rules) {
    if (rule.direction !== "ingress" || !coversTcpPort(rule, port)) continue;
    const addresses = addressesOfSource(rule.source, peers);
    if (addresses === undefined || isUnseenGroup(rule.source, peers)) unknown.push(rule.source);
    if (addresses !== undefined) sets.push(addresses);
    if (addresses !== undefined && isWholeFamily(rule.source) && opensAllEgress(rules, rule.source))
      untracked.push(addresses);
  }
  const byReference = rules.some(
    (r) => r.direction === "ingress" && isUncertain(r.source, peers) && coversTcpPort(r, port),
  );
  return { admitted: union(...sets), untracked: union(...untracked), unknown, byReference };
}

const isUncertain = (source: RuleSource, { completeGroups }: PeerIndex): boolean =>
  source.kind === "securityGroup" && completeGroups?.has(source.groupId) !== true;

/** Whether a peer is a group that the inventory does not hold, or that another account's interfaces may carry. */
export const isUnseenGroup = (source: RuleSource, { knownGroups, sharedGroups }: PeerIndex): boolean =>
  source.kind === "securityGroup" &&
  (!knownGroups.has(source.groupId) || sharedGroups?.has(source.groupId) === true);

/** True when the rule lets TCP through to this port. */
export function coversTcpPort(rule: RuleContent, port: number): boolean {
  if (rule.protocol === "-1") return true;
  if (rule.protocol !== "tcp") return false;
  return (rule.fromPort ?? 0) <= port && port <= (rule.toPort ?? 65_535);
}

/** The addresses behind a peer, or `undefined` when they cannot be known from here. */
export function addressesOfSource(source: RuleSource, peers: PeerIndex): AddressSet | undefined {
  switch (source.kind) {
    case "cidr":
      return addressSetOfCidrs([source.cidr]);
    case "prefixList": {
      const entries = peers.prefixLists.get(source.prefixListId)?.entries;
      return entries === undefined ? undefined : addressSetOfCidrs(entries);
    }
    case "securityGroup":
      if (!peers.knownGroups.has(source.groupId)) return undefined;
      return peers.groupAddresses.get(source.groupId) ?? EMPTY_SET;
  }
}

const isWholeFamily = (source: RuleSource): boolean =>
  source.kind === "cidr" && (source.cidr === "0.0.0.0/0" || source.cidr === "::/0");

/**
 * A flow is untracked only if the other direction, too, has a rule for every address and all ports:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html#untracked-connections
 */
function opensAllEgress(rules: readonly RuleContent[], ingressSource: RuleSource): boolean {
  const everywhere = ingressSource.kind === "cidr" ? ingressSource.cidr : "";
  return rules.some(
    (r) =>
      r.direction === "egress" &&
      r.source.kind === "cidr" &&
      r.source.cidr === everywhere &&
      (r.protocol === "-1" ||
        (r.protocol === "tcp" && (r.fromPort ?? 0) === 0 && (r.toPort ?? 65_535) === 65_535)),
  );
}
