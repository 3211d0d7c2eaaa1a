import type { Database, Inventory, NetworkInterface } from "./model.ts";
import { DATABASE_TAG, isManagedGroupOf } from "./ownership.ts";
import { bearsNameOf, mayBeOf, saysProxy } from "./proxy-interface.ts";

/** The interfaces of each database, by ARN. */
export interface DatabaseInterfaces {
  /** Those that can be no other database's. */
  readonly certain: ReadonlyMap<string, readonly NetworkInterface[]>;
  /** Those that several databases fit. Traffic to them can still be told apart by the port, where the ports differ. */
  readonly possible: ReadonlyMap<string, readonly NetworkInterface[]>;
}

/**
 * Finds the interfaces of each database. Nothing on an RDS-owned interface names its database, so one is found by a
 * managed group, which only one database carries; by the proxy's name in a description that RDS wrote; or else by VPC,
 * subnet and the same set of groups, which is certain only when exactly one database fits.
 */
export function databaseInterfaces(inventory: Inventory, owner: string): DatabaseInterfaces {
  const certain = new Map<string, NetworkInterface[]>(inventory.databases.map((d) => [d.arn, []]));
  const possible = new Map<string, NetworkInterface[]>(inventory.databases.map((d) => [d.arn, []]));
  const shared = new Map<readonly Database[], NetworkInterface[]>();
  const byManagedGroup = managedGroupOwners(inventory, owner);
  const fitting = fittingDatabases(inventory.databases);
  for (const networkInterface of inventory.networkInterfaces) {
    const owner = managedOwner(networkInterface, byManagedGroup);
    const databases = owner === undefined ? fitting(networkInterface) : [owner];
    if (databases.length === 1) certain.get(databases[0]?.arn ?? "")?.push(networkInterface);
    else if (databases.length > 1) push(shared, databases, networkInterface);
  }
  for (const [databases, interfaces] of shared) {
    for (const database of toldApartByPort(databases)) possible.get(database.arn)?.push(...interfaces);
  }
  return { certain, possible };
}

/** The database whose managed group the interface carries. */
function managedOwner(
  { groupIds }: NetworkInterface,
  byManagedGroup: ReadonlyMap<string, Database>,
): Database | undefined {
  for (const groupId of groupIds) {
    const owner = byManagedGroup.get(groupId);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

/**
 * The proxy that an interface is described as, or the further endpoint that is described like it. The groups tell these
 * apart; where they do not, all that fit are candidates. While RDS changes a proxy's groups, its interfaces carry
 * neither: then it is the proxy's only if no endpoint lies in the same subnets.
 */
function proxiesOf(networkInterface: NetworkInterface, databases: readonly Database[]): readonly Database[] {
  const [proxy] = databases.filter((d) => bearsNameOf(networkInterface, d));
  const endpoints = databases.filter((d) => d.kind === "proxyEndpoint" && mayBeOf(networkInterface, d));
  const candidates = proxy === undefined ? endpoints : [proxy, ...endpoints];
  const groupSet = groupSetKey(networkInterface.vpcId, networkInterface.groupIds);
  const same = candidates.filter((d) => groupSetOf(d) === groupSet);
  return same.length > 0 || endpoints.length > 0 ? same : candidates;
}

/** Finds the databases that fit an interface; interfaces of one subnet with the same groups share the answer. */
function fittingDatabases(
  databases: readonly Database[],
): (networkInterface: NetworkInterface) => readonly Database[] {
  const byGroupSet = databasesByGroupSet(databases);
  const proxied = databases.filter((d) => d.kind === "proxy" || d.kind === "proxyEndpoint");
  const known = new Map<string, readonly Database[]>();
  return (networkInterface) => {
    if (saysProxy(networkInterface)) return proxiesOf(networkInterface, proxied);
    if (!isRdsInterface(networkInterface)) return [];
    const { vpcId, subnetId, groupIds } = networkInterface;
    const groupSet = groupSetKey(vpcId, groupIds);
    const key = `${groupSet}|${subnetId}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const fitting = (byGroupSet.get(groupSet) ?? []).filter((d) => inSubnets(d, subnetId));
    known.set(key, fitting);
    return fitting;
  };
}

/** Those of the databases whose port no other of them has: where ports are shared, traffic names nobody. */
function toldApartByPort(databases: readonly Database[]): readonly Database[] {
  const byPort = Map.groupBy(databases, (d) => d.port);
  return [...byPort.values()].flatMap((same) => (same.length === 1 ? same : []));
}

const isRdsInterface = (i: NetworkInterface): boolean =>
  i.requesterId === "amazon-rds" || i.description === "RDSNetworkInterface";

const inSubnets = (database: Database, subnetId: string): boolean =>
  database.subnetIds.length === 0 || database.subnetIds.includes(subnetId);

function managedGroupOwners(inventory: Inventory, owner: string): ReadonlyMap<string, Database> {
  const byArn = new Map(inventory.databases.map((d) => [d.arn as string, d]));
  const owners = new Map<string, Database>();
  for (const group of inventory.securityGroups) {
    const database = byArn.get(group.tags[DATABASE_TAG] ?? "");
    if (database !== undefined && isManagedGroupOf(group, database, owner))
      owners.set(group.groupId, database);
  }
  return owners;
}

function databasesByGroupSet(databases: readonly Database[]): ReadonlyMap<string, readonly Database[]> {
  const map = new Map<string, Database[]>();
  for (const database of databases) {
    if (database.vpcId !== undefined) push(map, groupSetOf(database), database);
  }
  return map;
}

const groupSetOf = ({ vpcId = "", memberships }: Database): string =>
  groupSetKey(
    vpcId,
    memberships.map((m) => m.groupId),
  );

const groupSetKey = (vpcId: string, groupIds: readonly string[]): string =>
  `${vpcId}|${[...new Set(groupIds)].sort().join(" ")}`;

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
