import type { DbInstance, DbSubnetGroup, RdsParameters } from "./database.ts";
import { defaultEngineVersion, defaultPort } from "./engine.ts";
import { rdsError } from "./errors.ts";
import { canonicalIdentifier, endpointAddress, newResourceId, rdsArn } from "./identifiers.ts";
import { createInterfaces, subnetIdsOf } from "./interfaces.ts";
import type { RdsRegion } from "./region.ts";

/** A DB subnet group: all subnets lie in one VPC. */
export interface SubnetGroupSeed {
  readonly name: string;
  readonly subnetIds: readonly string[];
}

/** What a database that already exists looks like; all but the first three fields have defaults. */
export interface InstanceSeed {
  readonly identifier: string;
  readonly engine: string;
  /** Name of a seeded subnet group, or subnets for a group of its own. */
  readonly subnets: string | readonly string[];
  /** Security groups, by default the default group of the VPC. */
  readonly groups?: readonly string[];
  readonly port?: number;
  readonly engineVersion?: string;
  readonly dbInstanceClass?: string;
  readonly multiAz?: boolean;
  readonly publiclyAccessible?: boolean;
  readonly networkType?: "IPV4" | "DUAL";
  readonly tags?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly pendingModifiedValues?: RdsParameters;
  /** Wanted private address of the first interface, and of the standby's. */
  readonly addresses?: readonly string[];
  /** Milliseconds UTC, by default now. */
  readonly createdAt?: number;
  readonly readReplicaSource?: string;
}

interface ClusterPlace {
  readonly dbClusterIdentifier: string;
  readonly position: number;
}

/** Puts a DB subnet group into the region. */
export function seedSubnetGroup(region: RdsRegion, seed: SubnetGroupSeed): DbSubnetGroup {
  const name = canonicalIdentifier(seed.name);
  const places = seed.subnetIds.map((subnetIdentifier) => {
    const subnet = region.network.subnet(subnetIdentifier);
    if (subnet === undefined) throw rdsError("InvalidSubnet", `Subnet ${subnetIdentifier} does not exist`);
    return { subnetIdentifier, ...subnet };
  });
  const [first] = places;
  if (first === undefined || places.some((place) => place.vpcId !== first.vpcId)) {
    throw rdsError("InvalidSubnet", "A subnet group needs subnets, all in one VPC");
  }
  const group = { name, arn: rdsArn(region.state, "subgrp", name), vpcId: first.vpcId, subnets: places };
  region.subnetGroups.set(name, group);
  return group;
}

/** Puts a DB instance with its interfaces into the region, `available` unless told otherwise. */
export function seedInstance(region: RdsRegion, seed: InstanceSeed, cluster?: ClusterPlace): DbInstance {
  const identifier = canonicalIdentifier(seed.identifier);
  if (region.instances.has(identifier)) {
    throw rdsError("DBInstanceAlreadyExists", `DB instance already exists: ${identifier}`);
  }
  const subnetGroup = subnetGroupOf(region, seed.subnets, identifier);
  const full = { ...defaultsFor(region, seed, subnetGroup), ...seed };
  const { engine, status, groups, multiAz, networkType, publiclyAccessible } = full;
  return region.put({
    kind: "instance",
    identifier,
    arn: rdsArn(region.state, "db", identifier),
    resourceId: newResourceId(region.state.ids, "db"),
    createdAt: full.createdAt,
    tags: new Map(Object.entries(full.tags)),
    vpcId: subnetGroup.vpcId,
    status,
    assignment: { groups: [...groups] },
    engine,
    engineVersion: full.engineVersion,
    dbInstanceClass: full.dbInstanceClass,
    port: full.port,
    endpointAddress: status === "creating" ? undefined : instanceEndpoint(region, engine, identifier),
    subnetGroup,
    interfaces: createInterfaces(region, {
      subnetIds: subnetIdsOf(subnetGroup),
      count: multiAz ? region.behaviour.multiAzInterfaces : 1,
      offset: cluster?.position ?? 0,
      groups,
      publiclyAccessible,
      ipv6: networkType === "DUAL",
      addresses: full.addresses,
    }),
    primary: 0,
    multiAz,
    publiclyAccessible,
    networkType,
    dbClusterIdentifier: cluster?.dbClusterIdentifier,
    promotionTier: 1,
    readReplicaSource: seed.readReplicaSource,
    readReplicas: [],
    parameterGroup: `default.${engine}`,
    parameterApplyStatus: "in-sync",
    pendingModifiedValues: full.pendingModifiedValues,
    modifying: undefined,
  });
}

/** What a database is like when its seed says nothing else. */
export function defaultsFor(
  region: RdsRegion,
  seed: { readonly engine: string; readonly groups?: readonly string[] },
  subnetGroup: DbSubnetGroup,
) {
  return {
    groups: seed.groups ?? [region.network.defaultGroup(subnetGroup.vpcId)],
    port: defaultPort(seed.engine),
    engineVersion: defaultEngineVersion(seed.engine),
    dbInstanceClass: "db.r6g.large",
    multiAz: false,
    publiclyAccessible: false,
    networkType: "IPV4" as const,
    tags: {},
    status: "available",
    pendingModifiedValues: {},
    addresses: [] as readonly string[],
    createdAt: region.now,
  };
}

/** The endpoint name of an instance, also of one that has none yet. */
export function instanceEndpoint(region: RdsRegion, engine: string, identifier: string): string {
  const place = { suffix: region.endpointSuffix, region: region.state.region, engine };
  return endpointAddress("instance", identifier, place);
}

/** The subnet group of that name, or a new one of these subnets. */
export function subnetGroupOf(
  region: RdsRegion,
  subnets: string | readonly string[],
  owner: string,
): DbSubnetGroup {
  if (typeof subnets === "string") return region.subnetGroup(subnets);
  return seedSubnetGroup(region, { name: `${owner}-subnets`, subnetIds: subnets });
}
