import type { Database, Inventory, NetworkInterface, SecurityGroup } from "./model.ts";
import { isManagedGroupOf } from "./ownership.ts";

/**
 * The interfaces of each database, by ARN. Nothing on an RDS-owned interface names its database, so an interface
 * counts only when exactly one database fits it: by a managed group, which only one database carries; by the proxy's
 * name in the description; or else by VPC, subnet and the same set of groups.
 */
export function databaseInterfaces(
  inventory: Inventory,
  owner: string,
): ReadonlyMap<string, readonly NetworkInterface[]> {
  const found = new Map<string, NetworkInterface[]>(inventory.databases.map((d) => [d.arn, []]));
  const byManagedGroup = managedGroupOwners(inventory, owner);
  const byGroupSet = databasesByGroupSet(inventory.databases);
  for (const networkInterface of inventory.networkInterfaces) {
    const database = databaseOf(networkInterface, byManagedGroup, byGroupSet, inventory.databases);
    if (database !== undefined) found.get(database.arn)?.push(networkInterface);
  }
  return found;
}

function databaseOf(
  networkInterface: NetworkInterface,
  byManagedGroup: ReadonlyMap<string, Database>,
  byGroupSet: ReadonlyMap<string, readonly Database[]>,
  databases: readonly Database[],
): Database | undefined {
  for (const groupId of networkInterface.groupIds) {
    const owner = byManagedGroup.get(groupId);
    if (owner !== undefined) return owner;
  }
  const proxyName = /^Network interface for DBProxy (.+)$/.exec(networkInterface.description)?.[1];
  if (proxyName !== undefined) return databases.find((d) => d.kind === "proxy" && d.id === proxyName);
  if (!isRdsInterface(networkInterface)) return undefined;
  const key = groupSetKey(networkInterface.vpcId, networkInterface.groupIds);
  const candidates = (byGroupSet.get(key) ?? []).filter((d) => inSubnets(d, networkInterface.subnetId));
  return candidates.length === 1 ? candidates[0] : undefined;
}

const isRdsInterface = (i: NetworkInterface): boolean =>
  i.requesterId === "amazon-rds" || i.description === "RDSNetworkInterface";

const inSubnets = (database: Database, subnetId: string): boolean =>
  database.subnetIds.length === 0 || database.subnetIds.includes(subnetId);

function managedGroupOwners(inventory: Inventory, owner: string): ReadonlyMap<string, Database> {
  const byArn = new Map(inventory.databases.map((d) => [d.arn as string, d]));
  const owners = new Map<string, Database>();
  for (const group of inventory.securityGroups) {
    const database = byArn.get(group.tags["moat:database"] ?? "");
    if (database !== undefined && isManagedGroupOf(group as SecurityGroup, database, owner))
      owners.set(group.groupId, database);
  }
  return owners;
}

function databasesByGroupSet(databases: readonly Database[]): ReadonlyMap<string, readonly Database[]> {
  const map = new Map<string, Database[]>();
  for (const database of databases) {
    if (database.vpcId === undefined) continue;
    const key = groupSetKey(
      database.vpcId,
      database.memberships.map((m) => m.groupId),
    );
    const list = map.get(key);
    if (list === undefined) map.set(key, [database]);
    else list.push(database);
  }
  return map;
}

const groupSetKey = (vpcId: string, groupIds: readonly string[]): string =>
  `${vpcId}|${[...new Set(groupIds)].sort().join(" ")}`;
