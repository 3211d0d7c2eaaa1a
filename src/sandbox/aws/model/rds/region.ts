import type { RegionState } from "../region-state.ts";
import { VersionedMap } from "../versioned-map.ts";
import type {
  AnyRdsResource,
  DbCluster,
  DbInstance,
  DbProxy,
  DbProxyEndpoint,
  DbSubnetGroup,
  RdsSideEffect,
} from "./database.ts";
import {
  DEFAULT_RDS_BEHAVIOUR,
  DEFAULT_RDS_TIMING,
  type RdsBehaviour,
  type RdsNetwork,
  type RdsTiming,
} from "./environment.ts";
import { rdsError } from "./errors.ts";
import type { RdsEvent } from "./events.ts";
import { canonicalIdentifier, newEndpointSuffix } from "./identifiers.ts";

/** Everything RDS knows of one account in one region. Objects are replaced by `put`, never changed in place. */
export class RdsRegion {
  readonly state: RegionState;
  readonly network: RdsNetwork;
  readonly endpointSuffix: string;
  readonly instances: VersionedMap<string, DbInstance>;
  readonly clusters: VersionedMap<string, DbCluster>;
  readonly proxies: VersionedMap<string, DbProxy>;
  readonly proxyEndpoints: VersionedMap<string, DbProxyEndpoint>;
  readonly subnetGroups = new Map<string, DbSubnetGroup>();
  readonly events: RdsEvent[] = [];
  /** Everything that Modify calls did besides security groups, so that a test can prove there was none. */
  readonly sideEffects: RdsSideEffect[] = [];
  readonly #identifiers = new Map<string, string>();
  timing: RdsTiming = DEFAULT_RDS_TIMING;
  behaviour: RdsBehaviour = DEFAULT_RDS_BEHAVIOUR;

  constructor(state: RegionState, network: RdsNetwork) {
    this.state = state;
    this.network = network;
    this.endpointSuffix = newEndpointSuffix(state.ids);
    this.instances = new VersionedMap(state.world.readTime);
    this.clusters = new VersionedMap(state.world.readTime);
    this.proxies = new VersionedMap(state.world.readTime);
    this.proxyEndpoints = new VersionedMap(state.world.readTime);
  }

  get now(): number {
    return this.state.clock.now();
  }

  /** The moment that a describe call sees: earlier than now under a stale read. */
  get viewTime(): number {
    return this.state.world.readTime.atMs ?? this.now;
  }

  instance(identifier: string): DbInstance {
    const found = this.instances.get(canonicalIdentifier(identifier));
    if (found === undefined) throw rdsError("DBInstanceNotFound", `DBInstance ${identifier} not found.`);
    return found;
  }

  cluster(identifier: string): DbCluster {
    const found = this.clusters.get(canonicalIdentifier(identifier));
    if (found === undefined) throw rdsError("DBClusterNotFoundFault", `DBCluster ${identifier} not found.`);
    return found;
  }

  proxy(name: string): DbProxy {
    const found = this.proxies.get(canonicalIdentifier(name));
    if (found === undefined) throw rdsError("DBProxyNotFoundFault", `DB Proxy ${name} not found.`);
    return found;
  }

  proxyEndpoint(name: string): DbProxyEndpoint {
    const found = this.proxyEndpoints.get(canonicalIdentifier(name));
    if (found === undefined)
      throw rdsError("DBProxyEndpointNotFoundFault", `DB Proxy Endpoint ${name} not found.`);
    return found;
  }

  subnetGroup(name: string): DbSubnetGroup {
    const found = this.subnetGroups.get(canonicalIdentifier(name));
    if (found === undefined)
      throw rdsError("DBSubnetGroupNotFoundFault", `DB subnet group '${name}' does not exist.`);
    return found;
  }

  /** Members of a cluster in the order in which they joined. */
  members(cluster: DbCluster): readonly DbInstance[] {
    return cluster.members.flatMap((identifier) => this.instances.get(identifier) ?? []);
  }

  /** Stores the new state of an object, returns it and tells the observers of the world. */
  put<T extends AnyRdsResource>(resource: T): T {
    this.#mapOf(resource).set(resource.identifier, resource);
    this.#identifiers.set(resource.resourceId, resource.identifier);
    this.state.changed(CHANGE_KIND[resource.kind], resource.resourceId);
    return resource;
  }

  remove(resource: AnyRdsResource): void {
    this.#mapOf(resource).delete(resource.identifier);
    this.#identifiers.delete(resource.resourceId);
    this.state.changed(CHANGE_KIND[resource.kind], resource.resourceId);
  }

  /** Runs `change` on the object's state at that later time, unless it is gone by then. */
  later<T extends AnyRdsResource>(delayMs: number, resource: T, change: (current: T) => void): void {
    this.state.clock.schedule(delayMs, () => {
      const identifier = this.#identifiers.get(resource.resourceId);
      const current = identifier === undefined ? undefined : this.#mapOf(resource).get(identifier);
      if (current !== undefined) change(current as T);
    });
  }

  #mapOf(resource: AnyRdsResource): VersionedMap<string, AnyRdsResource> {
    const maps = {
      instance: this.instances,
      cluster: this.clusters,
      proxy: this.proxies,
      proxyEndpoint: this.proxyEndpoints,
    };
    // Each map holds only objects of its own kind, because `kind` chose it.
    return maps[resource.kind] as VersionedMap<string, AnyRdsResource>;
  }
}

const CHANGE_KIND = {
  instance: "dbInstance",
  cluster: "dbCluster",
  proxy: "dbProxy",
  proxyEndpoint: "dbProxyEndpoint",
} as const;
