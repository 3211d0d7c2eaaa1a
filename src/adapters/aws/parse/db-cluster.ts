import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Database, DatabaseArn } from "../../../core/inventory/model.ts";
import { err, type Result } from "../../../core/result.ts";
import { parseArn } from "./arn.ts";
import { type DbInstance, toClusterMember } from "./db-instance.ts";
import { hostNames, type Network, toNetwork } from "./endpoint.ts";
import { toMemberships, VpcSecurityGroups } from "./memberships.ts";
import { list, optional, readShape, unreadable } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";
import { noVpcNetworking, rdsCustom } from "./unsupported.ts";

const Schema = z.object({
  DBClusterIdentifier: z.string().min(1),
  DBClusterArn: z.string().min(1),
  DbClusterResourceId: optional(z.string().min(1)),
  Engine: z.string().min(1),
  Status: optional(z.string()),
  Endpoint: optional(z.string()),
  ReaderEndpoint: optional(z.string()),
  CustomEndpoints: list(z.string()),
  Port: optional(z.int().min(0).max(65535)),
  VpcSecurityGroups,
  DBClusterMembers: list(z.object({ DBInstanceIdentifier: z.string() })),
  /** Only the group's name, unlike in an instance. */
  DBSubnetGroup: optional(z.string()),
  VPCNetworkingEnabled: optional(z.boolean()),
  TagList: TagItems,
});

/** The fields of a `DBClusters` entry that we use. */
export type DbCluster = z.infer<typeof Schema>;

/** Reads one entry of `DBClusters`. */
export function readDbCluster(json: unknown, at: string): Result<DbCluster, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok || parseArn(read.value.DBClusterArn) !== undefined) return read;
  return err(unreadable(json, at, `${at}.DBClusterArn: "${read.value.DBClusterArn}" is not an ARN`));
}

/** A cluster with its members as one database. `subnetGroups` maps names to networks. */
export function toClusterDatabase(
  cluster: DbCluster,
  members: readonly DbInstance[],
  subnetGroups: ReadonlyMap<string, Network>,
): Database {
  const id = cluster.DBClusterIdentifier;
  const arn = parseArn(cluster.DBClusterArn);
  const unsupported = clusterProblem(cluster);
  return {
    id,
    arn: cluster.DBClusterArn as DatabaseArn,
    resourceId: cluster.DbClusterResourceId ?? cluster.DBClusterArn,
    kind: "cluster",
    engine: cluster.Engine,
    ...(cluster.Port ? { port: cluster.Port } : {}),
    status: cluster.Status ?? "unknown",
    ...clusterNetwork(cluster, members, subnetGroups),
    accountId: arn?.accountId ?? "",
    region: arn?.region ?? "",
    endpoints: hostNames([
      cluster.Endpoint,
      cluster.ReaderEndpoint,
      ...cluster.CustomEndpoints,
      ...members.map((m) => m.Endpoint?.Address),
    ]),
    memberships: toMemberships(cluster.VpcSecurityGroups),
    members: members.map(toClusterMember),
    tags: toTags(cluster.TagList),
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

function clusterProblem(cluster: DbCluster): Diagnostic | undefined {
  if (cluster.VPCNetworkingEnabled === false) return noVpcNetworking(cluster.DBClusterIdentifier);
  if (cluster.Engine.startsWith("custom-")) return rdsCustom(cluster.DBClusterIdentifier, cluster.Engine);
  return undefined;
}

function clusterNetwork(
  cluster: DbCluster,
  members: readonly DbInstance[],
  subnetGroups: ReadonlyMap<string, Network>,
): Network {
  const byName = cluster.DBSubnetGroup === undefined ? undefined : subnetGroups.get(cluster.DBSubnetGroup);
  const candidates = [...members.map((m) => toNetwork(m.DBSubnetGroup)), ...(byName ? [byName] : [])];
  return candidates.find((network) => network.vpcId !== undefined) ?? { subnetIds: [] };
}
