import type { RdsInterface } from "./environment.ts";
import type { GroupAssignment } from "./memberships.ts";

/** Parameters by their AWS names, as they came: a request or what of it is still pending. */
export type RdsParameters = Readonly<Record<string, string>>;

/** Something a Modify call did besides security groups: nobody should ever ask Moat to do that. */
export interface RdsSideEffect {
  readonly at: number;
  readonly operation: string;
  readonly resourceId: string;
  /** `requested` by this very call, or `flushed` from pending values by its ApplyImmediately=true. */
  readonly kind: "requested" | "flushed" | "appliedImmediately";
  readonly parameters: RdsParameters;
}

/** A subnet of a DB subnet group. */
export interface DbSubnet {
  readonly subnetIdentifier: string;
  readonly availabilityZone: string;
}

/** A DB subnet group; all its subnets lie in one VPC. */
export interface DbSubnetGroup {
  readonly name: string;
  readonly arn: string;
  readonly vpcId: string;
  readonly subnets: readonly DbSubnet[];
}

/** What instances, clusters, proxies and proxy endpoints have in common. */
export interface RdsResource {
  readonly identifier: string;
  readonly arn: string;
  /** Immutable and never reused, unlike the identifier. */
  readonly resourceId: string;
  readonly createdAt: number;
  readonly tags: ReadonlyMap<string, string>;
  readonly vpcId: string;
  readonly status: string;
  readonly assignment: GroupAssignment;
}

/** An instance, alone or as a member of a cluster. */
export interface DbInstance extends RdsResource {
  readonly kind: "instance";
  readonly engine: string;
  readonly engineVersion: string;
  readonly dbInstanceClass: string;
  readonly port: number;
  /** Absent while the instance is being created. */
  readonly endpointAddress: string | undefined;
  readonly subnetGroup: DbSubnetGroup;
  readonly interfaces: readonly RdsInterface[];
  /** Position in `interfaces` of the one the endpoint name leads to. */
  readonly primary: number;
  readonly multiAz: boolean;
  readonly publiclyAccessible: boolean;
  readonly networkType: "IPV4" | "DUAL";
  readonly dbClusterIdentifier: string | undefined;
  readonly promotionTier: number;
  readonly readReplicaSource: string | undefined;
  readonly readReplicas: readonly string[];
  readonly parameterGroup: string;
  readonly parameterApplyStatus: "in-sync" | "pending-reboot";
  readonly pendingModifiedValues: RdsParameters;
  /** Milliseconds UTC from which Describe shows `modifying`, and until which. */
  readonly modifying: { readonly from: number; readonly until: number } | undefined;
}

/** A cluster: Aurora, DocumentDB, Neptune, or a Multi-AZ DB cluster. It owns the groups of its members. */
export interface DbCluster extends RdsResource {
  readonly kind: "cluster";
  readonly engine: string;
  readonly engineVersion: string;
  readonly port: number;
  readonly subnetGroup: DbSubnetGroup;
  /** Identifiers of the members; the writer is among them. */
  readonly members: readonly string[];
  readonly writer: string | undefined;
  /** Only Multi-AZ DB clusters (engine mysql or postgres) have one. */
  readonly dbClusterInstanceClass: string | undefined;
  readonly endpoints: {
    readonly writer: string;
    readonly reader: string;
    readonly custom: readonly string[];
  };
  readonly networkType: "IPV4" | "DUAL";
  /** False for an Aurora "express" cluster, which has no security group at all. */
  readonly vpcNetworkingEnabled: boolean;
  readonly pendingModifiedValues: RdsParameters;
}

/** An RDS Proxy with its default endpoint. */
export interface DbProxy extends RdsResource {
  readonly kind: "proxy";
  readonly engineFamily: "MYSQL" | "POSTGRESQL" | "SQLSERVER";
  readonly endpointAddress: string;
  readonly subnetIds: readonly string[];
  readonly interfaces: readonly RdsInterface[];
  readonly roleArn: string;
  readonly updatedAt: number;
}

/** A further endpoint of a proxy, with groups of its own. */
export interface DbProxyEndpoint extends RdsResource {
  readonly kind: "proxyEndpoint";
  readonly proxyName: string;
  readonly endpointAddress: string;
  readonly subnetIds: readonly string[];
  readonly interfaces: readonly RdsInterface[];
  readonly targetRole: "READ_WRITE" | "READ_ONLY";
}

/** Whatever owns security groups in RDS. */
export type AnyRdsResource = DbInstance | DbCluster | DbProxy | DbProxyEndpoint;
