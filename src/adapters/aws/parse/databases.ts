import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Database } from "../../../core/inventory/model.ts";
import type { AwsAnswers } from "./aws-answers.ts";
import { type DbCluster, readDbCluster, toClusterDatabase } from "./db-cluster.ts";
import { clusterOf, type DbInstance, readDbInstance, toInstanceDatabase } from "./db-instance.ts";
import { readDbProxy, toProxyDatabase } from "./db-proxy.ts";
import { readDbProxyEndpoint, toProxyEndpointDatabase } from "./db-proxy-endpoint.ts";
import { type Network, SubnetGroup, toNetwork } from "./endpoint.ts";
import { type ReadList, readEach } from "./read-each.ts";
import { readShape, textField } from "./shape.ts";
import { notReadInFull } from "./unsupported.ts";

/** Databases, and what of them could not be read. */
export interface Databases {
  readonly databases: readonly Database[];
  readonly findings: readonly Diagnostic[];
}

/** Every object that owns security groups. A member of a cluster is never an entry. */
export function parseDatabases(answers: AwsAnswers): Databases {
  const instances = readEach(answers.dbInstances, "DBInstances", readDbInstance);
  const clusters = parseClusters(answers, instances);
  const proxies = parseProxies(answers);
  const single = instances.values.filter((i) => clusterOf(i) === undefined).map(toInstanceDatabase);
  return {
    databases: [...single, ...clusters.databases, ...proxies.databases],
    findings: [...instances.findings, ...clusters.findings, ...proxies.findings],
  };
}

function parseClusters(answers: AwsAnswers, instances: ReadList<DbInstance>): Databases {
  const clusters = readEach(answers.dbClusters, "DBClusters", readDbCluster);
  const groups = readEach(answers.dbSubnetGroups, "DBSubnetGroups", (json, at) =>
    readShape(SubnetGroup, json, at),
  );
  const networks = new Map<string, Network>();
  for (const group of groups.values) {
    if (group.DBSubnetGroupName !== undefined) networks.set(group.DBSubnetGroupName, toNetwork(group));
  }
  const members = Map.groupBy(instances.values, (i) => clusterOf(i) ?? "");
  const databases = clusters.values.map((cluster) => {
    const database = toClusterDatabase(cluster, members.get(cluster.DBClusterIdentifier) ?? [], networks);
    const problem = unreadMember(cluster, instances);
    return problem === undefined || database.unsupported !== undefined
      ? database
      : { ...database, unsupported: notReadInFull(database.id, problem) };
  });
  return {
    databases,
    findings: [
      ...clusters.findings,
      ...groups.findings,
      ...missingMembers(clusters.values, instances),
      ...orphans(clusters, members),
    ],
  };
}

/** Why a member of the cluster could not be read, if one could not. */
function unreadMember(cluster: DbCluster, instances: ReadList<DbInstance>): Diagnostic | undefined {
  const names = new Set(cluster.DBClusterMembers.map((m) => m.DBInstanceIdentifier));
  return instances.unread.find(
    ({ json }) =>
      textField(json, "DBClusterIdentifier") === cluster.DBClusterIdentifier ||
      names.has(textField(json, "DBInstanceIdentifier") ?? ""),
  )?.problem;
}

function missingMembers(
  clusters: readonly DbCluster[],
  instances: ReadList<DbInstance>,
): readonly Diagnostic[] {
  const known = new Set([
    ...instances.values.map((i) => i.DBInstanceIdentifier),
    ...instances.unread.map(({ json }) => textField(json, "DBInstanceIdentifier") ?? ""),
  ]);
  return clusters.flatMap((cluster) => {
    const missing = cluster.DBClusterMembers.map((m) => m.DBInstanceIdentifier).filter(
      (id) => !known.has(id),
    );
    return missing.length === 0 ? [] : [memberNotRead(cluster.DBClusterIdentifier, missing)];
  });
}

function memberNotRead(clusterId: string, missing: readonly string[]): Diagnostic {
  return {
    code: "CLUSTER_MEMBER_NOT_READ",
    what: `Cluster "${clusterId}" has members that DBInstances lacks: ${missing.map((id) => `"${id}"`).join(", ")}`,
    why: "A change of groups shows on the members first, so their state counts too",
    fix: 'Save "aws rds describe-db-instances" and "aws rds describe-db-clusters" together',
  };
}

function orphans(
  clusters: ReadList<DbCluster>,
  members: ReadonlyMap<string, readonly DbInstance[]>,
): readonly Diagnostic[] {
  const known = new Set([
    ...clusters.values.map((c) => c.DBClusterIdentifier),
    ...clusters.unread.map(({ json }) => textField(json, "DBClusterIdentifier") ?? ""),
  ]);
  return [...members]
    .filter(([clusterId]) => clusterId !== "" && !known.has(clusterId))
    .map(([clusterId, instances]) => ({
      code: "CLUSTER_NOT_READ",
      what: `Cluster "${clusterId}" of ${instances.map((i) => `"${i.DBInstanceIdentifier}"`).join(", ")} is not among DBClusters`,
      why: "The cluster owns the security groups of its members, so without it they cannot be managed",
      fix: 'Save "aws rds describe-db-clusters" as describe-db-clusters.json too',
    }));
}

function parseProxies(answers: AwsAnswers): Databases {
  const proxies = readEach(answers.dbProxies, "DBProxies", readDbProxy);
  const endpoints = readEach(answers.dbProxyEndpoints, "DBProxyEndpoints", readDbProxyEndpoint);
  const byName = new Map(proxies.values.map((p) => [p.DBProxyName, p]));
  const own = Map.groupBy(
    endpoints.values.filter((e) => e.IsDefault === true),
    (e) => e.DBProxyName,
  );
  return {
    databases: [
      ...proxies.values.map((p) =>
        toProxyDatabase(
          p,
          (own.get(p.DBProxyName) ?? []).map((e) => e.Endpoint),
        ),
      ),
      ...endpoints.values
        .filter((e) => e.IsDefault !== true)
        .map((e) => toProxyEndpointDatabase(e, byName.get(e.DBProxyName))),
    ],
    findings: [...proxies.findings, ...endpoints.findings],
  };
}
