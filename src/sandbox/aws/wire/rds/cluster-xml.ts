import type { DbCluster, DbInstance } from "../../model/rds/database.ts";
import { wantedMemberships } from "../../model/rds/memberships.ts";
import { type XmlStruct, xmlList } from "../xml.ts";
import { membershipsXml, tagsXml } from "./instance-xml.ts";

/** A cluster as DescribeDBClusters and ModifyDBCluster show it: only the name of its subnet group, no VPC. */
export function clusterXml(cluster: DbCluster, members: readonly DbInstance[]): XmlStruct {
  const zones = new Set(cluster.subnetGroup.subnets.map((subnet) => subnet.availabilityZone));
  return {
    AllocatedStorage: cluster.dbClusterInstanceClass === undefined ? 1 : 100,
    AvailabilityZones: xmlList("AvailabilityZone", [...zones]),
    BackupRetentionPeriod: 7,
    DBClusterIdentifier: cluster.identifier,
    DBClusterParameterGroup: `default.${cluster.engine}`,
    DBSubnetGroup: cluster.subnetGroup.name,
    Status: cluster.status,
    Endpoint: cluster.endpoints.writer,
    ReaderEndpoint: cluster.endpoints.reader,
    CustomEndpoints: cluster.endpoints.custom,
    MultiAZ: new Set(members.map((member) => member.interfaces[0]?.availabilityZone)).size > 1,
    Engine: cluster.engine,
    EngineVersion: cluster.engineVersion,
    Port: cluster.port,
    MasterUsername: "admin",
    ReadReplicaIdentifiers: xmlList("ReadReplicaIdentifier", []),
    DBClusterMembers: xmlList(
      "DBClusterMember",
      members.map((member) => memberXml(cluster, member)),
    ),
    VpcSecurityGroups: membershipsXml(wantedMemberships(cluster.assignment)),
    HostedZoneId: "Z2R2ITUGPM61AM",
    StorageEncrypted: true,
    DbClusterResourceId: cluster.resourceId,
    DBClusterArn: cluster.arn,
    ClusterCreateTime: new Date(cluster.createdAt),
    PendingModifiedValues:
      Object.keys(cluster.pendingModifiedValues).length === 0 ? undefined : cluster.pendingModifiedValues,
    EngineMode: "provisioned",
    DBClusterInstanceClass: cluster.dbClusterInstanceClass,
    DeletionProtection: false,
    TagList: tagsXml(cluster.tags),
    NetworkType: cluster.networkType,
    VPCNetworkingEnabled: cluster.vpcNetworkingEnabled,
  };
}

function memberXml(cluster: DbCluster, member: DbInstance): XmlStruct {
  return {
    DBInstanceIdentifier: member.identifier,
    IsClusterWriter: member.identifier === cluster.writer,
    DBClusterParameterGroupStatus: "in-sync",
    PromotionTier: member.promotionTier,
  };
}
