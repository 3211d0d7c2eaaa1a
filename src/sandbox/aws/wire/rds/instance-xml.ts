import type { DbInstance, DbSubnetGroup } from "../../model/rds/database.ts";
import { hasSharedStorage } from "../../model/rds/engine.ts";
import { memberships, type VpcSecurityGroupMembership } from "../../model/rds/memberships.ts";
import { instanceStatus } from "../../model/rds/status.ts";
import { type XmlList, type XmlStruct, xmlList } from "../xml.ts";

/** An instance as DescribeDBInstances and ModifyDBInstance show it at a moment (milliseconds UTC). */
export function instanceXml(instance: DbInstance, atMs: number): XmlStruct {
  return {
    DBInstanceIdentifier: instance.identifier,
    DBInstanceClass: instance.dbInstanceClass,
    Engine: instance.engine,
    DBInstanceStatus: instanceStatus(instance, atMs),
    MasterUsername: "admin",
    Endpoint: endpointXml(instance),
    AllocatedStorage: hasSharedStorage(instance.engine) ? 1 : 100,
    InstanceCreateTime: new Date(instance.createdAt),
    BackupRetentionPeriod: 7,
    DBSecurityGroups: [],
    VpcSecurityGroups: membershipsXml(memberships(instance.assignment, atMs)),
    DBParameterGroups: xmlList("DBParameterGroup", [
      { DBParameterGroupName: instance.parameterGroup, ParameterApplyStatus: instance.parameterApplyStatus },
    ]),
    ...zonesXml(instance),
    DBSubnetGroup: subnetGroupXml(instance.subnetGroup),
    PendingModifiedValues: instance.pendingModifiedValues,
    MultiAZ: instance.multiAz,
    EngineVersion: instance.engineVersion,
    AutoMinorVersionUpgrade: true,
    ReadReplicaSourceDBInstanceIdentifier: instance.readReplicaSource,
    ReadReplicaDBInstanceIdentifiers: xmlList("ReadReplicaDBInstanceIdentifier", instance.readReplicas),
    PubliclyAccessible: instance.publiclyAccessible,
    StorageType: hasSharedStorage(instance.engine) ? "aurora" : "gp3",
    // 0 in every recorded answer: the port is that of the endpoint.
    DbInstancePort: 0,
    DBClusterIdentifier: instance.dbClusterIdentifier,
    StorageEncrypted: true,
    DbiResourceId: instance.resourceId,
    CACertificateIdentifier: "rds-ca-rsa2048-g1",
    PromotionTier: instance.dbClusterIdentifier === undefined ? undefined : instance.promotionTier,
    DBInstanceArn: instance.arn,
    DeletionProtection: false,
    TagList: tagsXml(instance.tags),
    NetworkType: instance.networkType,
  };
}

/** A subnet group, alone or within an instance. */
export function subnetGroupXml(group: DbSubnetGroup): XmlStruct {
  return {
    DBSubnetGroupName: group.name,
    DBSubnetGroupDescription: group.name,
    VpcId: group.vpcId,
    SubnetGroupStatus: "Complete",
    Subnets: xmlList(
      "Subnet",
      group.subnets.map((subnet) => ({
        SubnetIdentifier: subnet.subnetIdentifier,
        SubnetAvailabilityZone: { Name: subnet.availabilityZone },
        SubnetOutpost: {},
        SubnetStatus: "Active",
      })),
    ),
    DBSubnetGroupArn: group.arn,
  };
}

/** VpcSecurityGroups of an instance or a cluster. */
export function membershipsXml(items: readonly VpcSecurityGroupMembership[]): XmlList {
  const xml = items.map(({ vpcSecurityGroupId, status }) => ({
    VpcSecurityGroupId: vpcSecurityGroupId,
    Status: status,
  }));
  return xmlList("VpcSecurityGroupMembership", xml);
}

/** A TagList. */
export function tagsXml(tags: ReadonlyMap<string, string>): XmlList {
  return xmlList(
    "Tag",
    [...tags].map(([Key, Value]) => ({ Key, Value })),
  );
}

function endpointXml(instance: DbInstance): XmlStruct | undefined {
  if (instance.endpointAddress === undefined) return undefined;
  return { Address: instance.endpointAddress, Port: instance.port, HostedZoneId: "Z2R2ITUGPM61AM" };
}

function zonesXml(instance: DbInstance): XmlStruct {
  const zone = instance.interfaces[instance.primary]?.availabilityZone;
  const other = instance.subnetGroup.subnets.find((subnet) => subnet.availabilityZone !== zone);
  return {
    AvailabilityZone: zone,
    SecondaryAvailabilityZone: instance.multiAz ? other?.availabilityZone : undefined,
  };
}
