import type { DbInstance } from "./database.ts";
import { rdsError } from "./errors.ts";
import { canonicalIdentifier, endpointAddress, rdsArn } from "./identifiers.ts";
import type { RdsRegion } from "./region.ts";

/**
 * Gives an instance another identifier: its ARN and endpoint name follow, its DbiResourceId stays.
 *
 * @throws AwsError DBInstanceAlreadyExists
 */
export function renameInstance(region: RdsRegion, instance: DbInstance, newIdentifier: string): DbInstance {
  const identifier = canonicalIdentifier(newIdentifier);
  if (region.instances.has(identifier)) {
    throw rdsError("DBInstanceAlreadyExists", `DB instance already exists: ${identifier}`);
  }
  const { region: name } = region.state;
  const place = { suffix: region.endpointSuffix, region: name, engine: instance.engine };
  region.remove(instance);
  const renamed = region.put({
    ...instance,
    identifier,
    arn: rdsArn(region.state, "db", identifier),
    endpointAddress: endpointAddress("instance", identifier, place),
  });
  renameInCluster(region, instance, identifier);
  renameInReplication(region, instance, identifier);
  return renamed;
}

function renameInCluster(region: RdsRegion, instance: DbInstance, identifier: string): void {
  if (instance.dbClusterIdentifier === undefined) return;
  const cluster = region.cluster(instance.dbClusterIdentifier);
  const rename = (member: string): string => (member === instance.identifier ? identifier : member);
  region.put({
    ...cluster,
    members: cluster.members.map(rename),
    writer: cluster.writer === undefined ? undefined : rename(cluster.writer),
  });
}

function renameInReplication(region: RdsRegion, instance: DbInstance, identifier: string): void {
  for (const other of region.instances.values()) {
    if (other.readReplicaSource === instance.identifier)
      region.put({ ...other, readReplicaSource: identifier });
    if (!other.readReplicas.includes(instance.identifier)) continue;
    const readReplicas = other.readReplicas.map((replica) =>
      replica === instance.identifier ? identifier : replica,
    );
    region.put({ ...other, readReplicas });
  }
}
