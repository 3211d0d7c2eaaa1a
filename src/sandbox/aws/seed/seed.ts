import type {
  DbCluster,
  DbInstance,
  DbProxy,
  DbProxyEndpoint,
  DbSubnetGroup,
} from "../model/rds/database.ts";
import { type ClusterSeed, seedCluster } from "../model/rds/seed-cluster.ts";
import {
  type InstanceSeed,
  type SubnetGroupSeed,
  seedInstance,
  seedSubnetGroup,
} from "../model/rds/seed-instance.ts";
import {
  type ProxyEndpointSeed,
  type ProxySeed,
  seedProxy,
  seedProxyEndpoint,
} from "../model/rds/seed-proxy.ts";
import { rdsOf } from "../model/rds/state.ts";
import type { RegionState } from "../model/region-state.ts";
import type { S3Bucket } from "../model/s3/object.ts";
import { s3Store } from "../model/s3/store.ts";
import { secretsManager } from "../model/secrets-manager.ts";
import { type Ec2Seed, ec2Seed } from "./ec2-seed.ts";

/** Creates objects in one account and region directly: no call is logged and no fault strikes. */
export interface Seed extends Ec2Seed {
  subnetGroup(input: SubnetGroupSeed): DbSubnetGroup;
  /** A database with its interfaces, `available` unless told otherwise. */
  dbInstance(input: InstanceSeed): DbInstance;
  /** A cluster with its members and their interfaces. */
  dbCluster(input: ClusterSeed): DbCluster;
  dbProxy(input: ProxySeed): DbProxy;
  dbProxyEndpoint(input: ProxyEndpointSeed): DbProxyEndpoint;
  bucket(name: string): S3Bucket;
  /** @returns the ARN */
  secret(name: string, secretString: string): string;
}

/** The seeding functions of one account and region. */
export function seedOf(region: RegionState): Seed {
  const rds = () => rdsOf(region);
  const { world, accountId, region: regionName } = region;
  return {
    ...ec2Seed(region),
    subnetGroup: (input) => seedSubnetGroup(rds(), input),
    dbInstance: (input) => seedInstance(rds(), input),
    dbCluster: (input) => seedCluster(rds(), input),
    dbProxy: (input) => seedProxy(rds(), input),
    dbProxyEndpoint: (input) => seedProxyEndpoint(rds(), input),
    bucket: (name) => world.part(s3Store).createBucket({ name, accountId, region: regionName }),
    secret: (name, secretString) => region.part(secretsManager).put(name, secretString).arn,
  };
}
