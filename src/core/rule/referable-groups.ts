import type { Inventory, NetworkInterface, SecurityGroup } from "../inventory/model.ts";
import { DATABASE_TAG, OWNER_TAG } from "../inventory/ownership.ts";
import { parseAddress } from "../net/address.ts";
import { type AddressSet, addressSetOfAddresses, addressSetOfCidrs, union } from "../net/address-set.ts";

/** A group whose members are known completely, so that a rule may name it instead of their addresses. */
export interface ReferableGroup {
  readonly groupId: string;
  readonly vpcId: string;
  /** Addresses that a reference certainly admits: those of the interfaces that carry the group. */
  readonly members: AddressSet;
  /** All that it could admit: the members, and every address of the blocks that are delegated to them. */
  readonly possible: AddressSet;
}

/**
 * The groups of an inventory that a rule may name instead of addresses, sorted by id.
 *
 * A reference admits the private addresses of the interfaces that carry the group, in the same VPC:
 * https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html#security-group-referencing
 * So a group is left out as soon as anything about its members, or about the way from them, is not known: interfaces that
 * could not be read, are in another VPC or belong to another account; IPv6 blocks that they hand out; and every group of
 * a VPC in which something may stand between two interfaces, as a reference does not hold through a middlebox. Left out,
 * too, are groups that databases or Moat's own groups depend on: Moat itself changes who carries those.
 *
 * That a group is shared with other accounts is not to be seen in EC2's answers; who turns references on vouches for it.
 */
export function referableGroups(inventory: Inventory): readonly ReferableGroup[] {
  if (inventory.interfacesListed !== true || (inventory.consumersUnread ?? []).length > 0) return [];
  const members = membersByGroup(inventory.networkInterfaces);
  const barred = barredVpcs(inventory);
  const ofDatabases = groupsOfDatabases(inventory);
  return inventory.securityGroups.flatMap((group) => {
    const interfaces = members.get(group.groupId) ?? [];
    const eligible =
      group.ownerId === inventory.accountId &&
      !barred.has(group.vpcId) &&
      !ofDatabases.has(group.groupId) &&
      group.tags[OWNER_TAG] === undefined &&
      group.tags[DATABASE_TAG] === undefined &&
      interfaces.every((i) => isKnownMember(i, group));
    return eligible ? asReferable(group, interfaces) : [];
  });
}

function asReferable(group: SecurityGroup, interfaces: readonly NetworkInterface[]): ReferableGroup[] {
  const addresses = interfaces.flatMap((i) => i.addresses.map(parseAddress));
  const read = addresses.flatMap((a) => (a.ok ? [a.value] : []));
  if (read.length === 0 || read.length < addresses.length) return [];
  const members = addressSetOfAddresses(read);
  const delegated = addressSetOfCidrs(interfaces.flatMap((i) => i.prefixes ?? []));
  return [{ groupId: group.groupId, vpcId: group.vpcId, members, possible: union(members, delegated) }];
}

const isKnownMember = (i: NetworkInterface, group: SecurityGroup): boolean =>
  i.vpcId === group.vpcId && i.addresses.length > 0 && i.delegatesIpv6 !== true && !isOfRds(i);

const isOfRds = (i: NetworkInterface): boolean =>
  i.requesterId === "amazon-rds" ||
  i.description === "RDSNetworkInterface" ||
  i.description.startsWith("Network interface for DBProxy ");

/**
 * VPCs in which traffic may be led through something on its way, or in which other accounts have interfaces. A route
 * between two subnets may only lead to an interface that forwards, or to an endpoint of a Gateway Load Balancer:
 * https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html#route-tables-appliance-routing
 * Those that AWS services manage are no targets of such routes, or (a NAT gateway) hide the client from any rule.
 */
function barredVpcs({ accountId, networkInterfaces }: Inventory): ReadonlySet<string> {
  const barred = networkInterfaces.filter(
    (i) =>
      i.interfaceType === "gateway_load_balancer_endpoint" ||
      (i.ownerId !== undefined && i.ownerId !== accountId) ||
      (!i.requesterManaged && i.sourceDestCheck !== true),
  );
  return new Set(barred.map((i) => i.vpcId));
}

function groupsOfDatabases({ databases }: Inventory): ReadonlySet<string> {
  const memberships = databases.flatMap((d) => [d, ...d.members].flatMap((each) => each.memberships));
  return new Set(memberships.map((m) => m.groupId));
}

function membersByGroup(
  interfaces: readonly NetworkInterface[],
): ReadonlyMap<string, readonly NetworkInterface[]> {
  const members = new Map<string, NetworkInterface[]>();
  for (const networkInterface of interfaces) {
    for (const groupId of new Set(networkInterface.groupIds)) {
      const list = members.get(groupId);
      if (list === undefined) members.set(groupId, [networkInterface]);
      else list.push(networkInterface);
    }
  }
  return members;
}
