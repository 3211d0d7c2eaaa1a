import type { DbInstance } from "./database.ts";
import { recordEvent } from "./events.ts";
import type { RdsRegion } from "./region.ts";
import { type InstanceSeed, instanceEndpoint, seedInstance } from "./seed-instance.ts";

/** Sets a status by hand: `failed`, `storage-optimization`, `incompatible-network`, … until it is set again. */
export function setInstanceStatus(region: RdsRegion, identifier: string, status: string): DbInstance {
  return region.put({ ...region.instance(identifier), status, modifying: undefined });
}

/** Sets the status of a cluster by hand. */
export function setClusterStatus(region: RdsRegion, identifier: string, status: string): void {
  region.put({ ...region.cluster(identifier), status });
}

/** Makes an instance that is `creating`, without an endpoint, and becomes `available` after the lifecycle time. */
export function createInstance(region: RdsRegion, seed: InstanceSeed): DbInstance {
  const created = seedInstance(region, { ...seed, status: "creating" });
  region.later(region.timing.lifecycleMs, created, (current) => {
    const endpointAddress = instanceEndpoint(region, current.engine, current.identifier);
    recordEvent(region, region.put({ ...current, status: "available", endpointAddress }), "created");
  });
  return created;
}

/** Restores a copy under another name: it gets the default group of the VPC unless the seed says otherwise. */
export function restoreInstance(
  region: RdsRegion,
  sourceIdentifier: string,
  newIdentifier: string,
  overrides: Partial<InstanceSeed> = {},
): DbInstance {
  const source = region.instance(sourceIdentifier);
  const restored = seedInstance(region, { ...copyOf(source, newIdentifier), ...overrides });
  recordEvent(region, restored, "restored");
  return restored;
}

/** Makes a read replica in the same region: it starts with the groups of its source and has a list of its own. */
export function createReadReplica(
  region: RdsRegion,
  sourceIdentifier: string,
  newIdentifier: string,
  overrides: Partial<InstanceSeed> = {},
): DbInstance {
  const source = region.instance(sourceIdentifier);
  const groups = source.assignment.groups;
  const replica = seedInstance(region, {
    ...copyOf(source, newIdentifier),
    groups,
    readReplicaSource: source.identifier,
    ...overrides,
  });
  region.put({ ...source, readReplicas: [...source.readReplicas, replica.identifier] });
  recordEvent(region, replica, "created");
  return replica;
}

/** Stops an instance: `stopping`, and `stopped` after the lifecycle time. */
export function stopInstance(region: RdsRegion, identifier: string): void {
  passThrough(region, identifier, "stopping", "stopped");
}

/** Starts an instance: `starting`, and `available` after the lifecycle time. */
export function startInstance(region: RdsRegion, identifier: string): void {
  passThrough(region, identifier, "starting", "available");
}

/** Reboots an instance: `rebooting`, and `available` after the lifecycle time. */
export function rebootInstance(region: RdsRegion, identifier: string): void {
  passThrough(region, identifier, "rebooting", "available");
}

/** Deletes an instance and its interfaces at once; a cluster loses the member. */
export function deleteInstance(region: RdsRegion, identifier: string): void {
  const instance = region.instance(identifier);
  for (const { networkInterfaceId } of instance.interfaces)
    region.network.deleteInterface(networkInterfaceId);
  region.remove(instance);
  recordEvent(region, instance, "deleted");
  if (instance.dbClusterIdentifier === undefined) return;
  const cluster = region.cluster(instance.dbClusterIdentifier);
  const members = cluster.members.filter((member) => member !== instance.identifier);
  const writer = cluster.writer === instance.identifier ? members[0] : cluster.writer;
  region.put({ ...cluster, members, writer });
}

/** Deletes a cluster with all its members. */
export function deleteCluster(region: RdsRegion, identifier: string): void {
  const { members } = region.cluster(identifier);
  for (const member of members) deleteInstance(region, member);
  region.remove(region.cluster(identifier));
}

const EVENT_ON = { stopped: "stopped", available: "started" } as const;

function passThrough(
  region: RdsRegion,
  identifier: string,
  during: "stopping" | "starting" | "rebooting",
  after: "stopped" | "available",
): void {
  const instance = region.put({ ...region.instance(identifier), status: during, modifying: undefined });
  region.later(region.timing.lifecycleMs, instance, (current) => {
    if (current.status !== during) return;
    const parameterApplyStatus = during === "rebooting" ? "in-sync" : current.parameterApplyStatus;
    const done = region.put({ ...current, status: after, parameterApplyStatus });
    recordEvent(region, done, during === "rebooting" ? "restarted" : EVENT_ON[after]);
  });
}

function copyOf(source: DbInstance, identifier: string): InstanceSeed {
  const { engine, engineVersion, dbInstanceClass, port, subnetGroup, networkType, publiclyAccessible } =
    source;
  return {
    identifier,
    engine,
    engineVersion,
    dbInstanceClass,
    port,
    subnets: subnetGroup.name,
    networkType,
    publiclyAccessible,
  };
}
