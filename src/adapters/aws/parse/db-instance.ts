import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { ClusterMember, Database, DatabaseArn } from "../../../core/inventory/model.ts";
import { err, type Result } from "../../../core/result.ts";
import { parseArn } from "./arn.ts";
import { Endpoint, hostNames, SubnetGroup, toNetwork } from "./endpoint.ts";
import { toMemberships, VpcSecurityGroups } from "./memberships.ts";
import { optional, readShape, unreadable } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";
import { rdsCustom } from "./unsupported.ts";

const Schema = z.object({
  DBInstanceIdentifier: z.string().min(1),
  DBInstanceArn: z.string().min(1),
  DbiResourceId: optional(z.string().min(1)),
  DBClusterIdentifier: optional(z.string()),
  Engine: z.string().min(1),
  DBInstanceStatus: optional(z.string()),
  Endpoint,
  ListenerEndpoint: Endpoint,
  VpcSecurityGroups,
  DBSubnetGroup: optional(SubnetGroup),
  TagList: TagItems,
});

/** The fields of a `DBInstances` entry that we use. */
export type DbInstance = z.infer<typeof Schema>;

/** Reads one entry of `DBInstances`. */
export function readDbInstance(json: unknown, at: string): Result<DbInstance, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok || parseArn(read.value.DBInstanceArn) !== undefined) return read;
  return err(unreadable(json, at, `${at}.DBInstanceArn: "${read.value.DBInstanceArn}" is not an ARN`));
}

/** The cluster an instance is a member of. Such an instance owns no groups: its cluster does. */
export function clusterOf(instance: DbInstance): string | undefined {
  return instance.DBClusterIdentifier === "" ? undefined : instance.DBClusterIdentifier;
}

/** An instance of no cluster as a database. */
export function toInstanceDatabase(instance: DbInstance): Database {
  const id = instance.DBInstanceIdentifier;
  const arn = parseArn(instance.DBInstanceArn);
  const port = instance.Endpoint?.Port;
  return {
    id,
    arn: instance.DBInstanceArn as DatabaseArn,
    resourceId: instance.DbiResourceId ?? instance.DBInstanceArn,
    kind: "instance",
    engine: instance.Engine,
    // DbInstancePort is 0 in every answer; the listener's port is in the endpoint alone.
    ...(port ? { port } : {}),
    status: instance.DBInstanceStatus ?? "unknown",
    ...toNetwork(instance.DBSubnetGroup),
    accountId: arn?.accountId ?? "",
    region: arn?.region ?? "",
    endpoints: hostNames([instance.Endpoint?.Address, instance.ListenerEndpoint?.Address]),
    memberships: toMemberships(instance.VpcSecurityGroups),
    members: [],
    tags: toTags(instance.TagList),
    ...(instance.Engine.startsWith("custom-") ? { unsupported: rdsCustom(id, instance.Engine) } : {}),
  };
}

/** An instance as a member of its cluster. */
export function toClusterMember(instance: DbInstance): ClusterMember {
  const [endpoint] = hostNames([instance.Endpoint?.Address]);
  return {
    id: instance.DBInstanceIdentifier,
    arn: instance.DBInstanceArn,
    status: instance.DBInstanceStatus ?? "unknown",
    memberships: toMemberships(instance.VpcSecurityGroups),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
