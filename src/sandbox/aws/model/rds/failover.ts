import type { DbCluster, DbInstance } from "./database.ts";
import type { RdsInterface } from "./environment.ts";
import { rdsError } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { createInterfaces, subnetIdsOf } from "./interfaces.ts";
import { effectiveGroups } from "./memberships.ts";
import type { RdsRegion } from "./region.ts";

/**
 * Fails a Multi-AZ instance over: its endpoint name leads to the other zone. With one interface a new one, with
 * another address, takes the place of the old; the security groups follow.
 *
 * @throws AwsError InvalidDBInstanceState for an instance in one zone only
 */
export function failoverInstance(region: RdsRegion, identifier: string): DbInstance {
  const instance = region.instance(identifier);
  if (!instance.multiAz)
    throw rdsError("InvalidDBInstanceState", `${identifier} is not a Multi-AZ DB instance`);
  const failedOver =
    instance.interfaces.length > 1
      ? region.put({ ...instance, primary: (instance.primary + 1) % instance.interfaces.length })
      : replaceInterface(region, identifier);
  recordEvent(region, failedOver, "failedOver");
  return failedOver;
}

/** Replaces the first interface by one in the next subnet, as a host replacement or a class change does. */
export function replaceInterface(region: RdsRegion, identifier: string): DbInstance {
  const instance = region.instance(identifier);
  const subnetIds = subnetIdsOf(instance.subnetGroup);
  const [old, ...others] = instance.interfaces;
  const [created] = createInterfaces(region, {
    subnetIds,
    count: 1,
    offset: old === undefined ? 0 : subnetIds.indexOf(old.subnetId) + 1,
    groups: effectiveGroups(instance.assignment, region.now),
    publiclyAccessible: instance.publiclyAccessible,
    ipv6: instance.networkType === "DUAL",
  });
  if (old !== undefined) region.network.deleteInterface(old.networkInterfaceId);
  return region.put({ ...instance, interfaces: [...(created === undefined ? [] : [created]), ...others] });
}

/**
 * Makes another member the writer, the first reader unless one is named. No address changes, only the names.
 *
 * @throws AwsError InvalidDBClusterStateFault when there is no other member
 */
export function failoverCluster(region: RdsRegion, identifier: string, target?: string): DbCluster {
  const cluster = region.cluster(identifier);
  const writer = target ?? cluster.members.find((member) => member !== cluster.writer);
  if (writer === undefined || !cluster.members.includes(writer)) {
    throw rdsError("InvalidDBClusterStateFault", `DB cluster ${identifier} has no reader to fail over to`);
  }
  const failedOver = region.put({ ...cluster, writer });
  recordEvent(region, failedOver, "clusterFailedOver", writer);
  return failedOver;
}

/** The interfaces that a name of this region leads to now, as the VPC's resolver answers; none for unknown names. */
export function resolveEndpoint(region: RdsRegion, address: string): readonly RdsInterface[] {
  for (const instance of region.instances.values()) {
    if (instance.endpointAddress === address) return primaryOf(instance);
  }
  for (const cluster of region.clusters.values()) {
    const members = membersBehind(region, cluster, address);
    if (members !== undefined) return members.flatMap(primaryOf);
  }
  const proxies = [...region.proxies.values(), ...region.proxyEndpoints.values()];
  return proxies.find((proxy) => proxy.endpointAddress === address)?.interfaces ?? [];
}

function membersBehind(
  region: RdsRegion,
  cluster: DbCluster,
  address: string,
): readonly DbInstance[] | undefined {
  const { writer, reader, custom } = cluster.endpoints;
  const members = region.members(cluster);
  if (address === writer) return members.filter((member) => member.identifier === cluster.writer);
  if (custom.includes(address)) return members;
  if (address !== reader) return undefined;
  const readers = members.filter((member) => member.identifier !== cluster.writer);
  return readers.length > 0 ? readers : members;
}

function primaryOf(instance: DbInstance): readonly RdsInterface[] {
  const primary = instance.interfaces[instance.primary];
  return primary === undefined ? [] : [primary];
}
