import type { DbCluster, DbInstance } from "./database.ts";
import { hasSharedStorage } from "./engine.ts";
import { rdsError } from "./errors.ts";
import { canonicalIdentifier, endpointAddress, newResourceId, rdsArn } from "./identifiers.ts";
import type { RdsRegion } from "./region.ts";
import { defaultsFor, type InstanceSeed, seedInstance, subnetGroupOf } from "./seed-instance.ts";

/** A cluster with its members: Aurora, DocumentDB, Neptune, or (engine mysql or postgres) a Multi-AZ DB cluster. */
export interface ClusterSeed
  extends Omit<InstanceSeed, "multiAz" | "pendingModifiedValues" | "readReplicaSource"> {
  /** Identifiers of the members, the writer first; by default three for a Multi-AZ cluster and two for others. */
  readonly members?: readonly string[];
  readonly customEndpoints?: readonly string[];
  /** False for an Aurora "express" cluster, which has neither interfaces nor security groups in a VPC. */
  readonly vpcNetworkingEnabled?: boolean;
}

/** Puts a cluster, its members and their interfaces (one a member) into the region. */
export function seedCluster(region: RdsRegion, seed: ClusterSeed): DbCluster {
  const identifier = canonicalIdentifier(seed.identifier);
  if (region.clusters.has(identifier)) {
    throw rdsError("DBClusterAlreadyExistsFault", `DB Cluster already exists: ${identifier}`);
  }
  const { engine } = seed;
  const subnetGroup = subnetGroupOf(region, seed.subnets, identifier);
  const full = { ...defaultsFor(region, seed, subnetGroup), ...clusterDefaults(identifier, engine), ...seed };
  const networked = full.vpcNetworkingEnabled;
  const members = networked ? full.members.map(canonicalIdentifier) : [];
  const place = { suffix: region.endpointSuffix, region: region.state.region, engine };
  const cluster = region.put<DbCluster>({
    kind: "cluster",
    identifier,
    arn: rdsArn(region.state, "cluster", identifier),
    resourceId: newResourceId(region.state.ids, "cluster"),
    createdAt: full.createdAt,
    tags: new Map(Object.entries(full.tags)),
    vpcId: subnetGroup.vpcId,
    status: full.status,
    assignment: { groups: networked ? [...full.groups] : [] },
    engine,
    engineVersion: full.engineVersion,
    port: full.port,
    subnetGroup,
    members,
    writer: members[0],
    dbClusterInstanceClass: hasSharedStorage(engine) ? undefined : full.dbInstanceClass,
    endpoints: {
      writer: endpointAddress("writer", identifier, place),
      reader: endpointAddress("reader", identifier, place),
      custom: full.customEndpoints,
    },
    networkType: full.networkType,
    vpcNetworkingEnabled: networked,
    pendingModifiedValues: {},
  });
  cluster.members.forEach((member, position) => {
    seedMember(region, cluster, { ...seed, identifier: member }, position);
  });
  return cluster;
}

/** Adds a reader to a cluster; it starts with the cluster's groups. */
export function addReader(
  region: RdsRegion,
  clusterIdentifier: string,
  memberIdentifier: string,
): DbInstance {
  const cluster = region.cluster(clusterIdentifier);
  const identifier = canonicalIdentifier(memberIdentifier);
  const seed = { identifier, engine: cluster.engine, subnets: cluster.subnetGroup.name, port: cluster.port };
  const member = seedMember(region, cluster, seed, cluster.members.length);
  region.put({ ...cluster, members: [...cluster.members, identifier] });
  return member;
}

function seedMember(region: RdsRegion, cluster: DbCluster, seed: InstanceSeed, position: number): DbInstance {
  const { addresses, tags: _tags, ...rest } = seed;
  const own = addresses?.[position];
  return seedInstance(
    region,
    {
      ...rest,
      subnets: cluster.subnetGroup.name,
      groups: cluster.assignment.groups,
      networkType: cluster.networkType,
      ...(own === undefined ? {} : { addresses: [own] }),
    },
    { dbClusterIdentifier: cluster.identifier, position },
  );
}

function clusterDefaults(identifier: string, engine: string) {
  const count = hasSharedStorage(engine) ? 2 : 3;
  return {
    members: Array.from(
      { length: count },
      (_, index) => `${identifier}-instance-${index + 1}`,
    ) as readonly string[],
    customEndpoints: [] as readonly string[],
    vpcNetworkingEnabled: true,
  };
}
