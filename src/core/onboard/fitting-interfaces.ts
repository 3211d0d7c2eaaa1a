import type { Database, NetworkInterface } from "../inventory/model.ts";

/**
 * Finds the interfaces that may be a database's. Several databases may fit one interface; whichever it is of, its
 * traffic is to be seen. Databases that fit the same interfaces get the very same list: behind one group stand thousands
 * of each.
 */
export function fittingInterfaces(
  interfaces: readonly NetworkInterface[],
): (database: Database) => readonly NetworkInterface[] {
  const ofProxies = Map.groupBy(interfaces, ({ description }) => description);
  const madeByRds = interfaces.filter(isMadeByRds);
  const byGroups = Map.groupBy(madeByRds, ({ vpcId, groupIds }) => groupsKey(vpcId, groupIds));
  return (database) => {
    const alike = byGroups.get(groupsKey(database.vpcId, carriedBy(database))) ?? NONE;
    const named = ofProxies.get(proxyDescription(database));
    if (named === undefined) return alike;
    const others = alike.filter((each) => !named.includes(each));
    return database.kind === "proxy" ? [...named, ...others] : others;
  };
}

const NONE: readonly NetworkInterface[] = [];

const isMadeByRds = ({ requesterId, description }: NetworkInterface): boolean =>
  requesterId === "amazon-rds" || description === "RDSNetworkInterface";

/** What RDS writes on the interfaces of a proxy. */
const proxyDescription = ({ id }: Database): string => `Network interface for DBProxy ${id}`;

const carriedBy = ({ memberships }: Database): readonly string[] => memberships.map((m) => m.groupId);

const groupsKey = (vpcId: string | undefined, groupIds: readonly string[]): string =>
  [vpcId, ...[...new Set(groupIds)].sort()].join(" ");
