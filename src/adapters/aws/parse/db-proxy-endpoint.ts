import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Database, DatabaseArn } from "../../../core/inventory/model.ts";
import { err, type Result } from "../../../core/result.ts";
import { parseArn, rdsResource } from "./arn.ts";
import { type DbProxy, proxyListener } from "./db-proxy.ts";
import { hostNames } from "./endpoint.ts";
import { proxyMemberships } from "./memberships.ts";
import { list, optional, readShape, unreadable } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";

const Schema = z.object({
  DBProxyEndpointName: z.string().min(1),
  DBProxyEndpointArn: z.string().min(1),
  DBProxyName: z.string().min(1),
  Status: optional(z.string()),
  Endpoint: optional(z.string()),
  VpcId: optional(z.string()),
  VpcSecurityGroupIds: list(z.string().min(1)),
  VpcSubnetIds: list(z.string()),
  IsDefault: optional(z.boolean()),
  TagList: TagItems,
});

/** The fields of a `DBProxyEndpoints` entry that we use. */
export type DbProxyEndpoint = z.infer<typeof Schema>;

/** Reads one entry of `DBProxyEndpoints`. */
export function readDbProxyEndpoint(json: unknown, at: string): Result<DbProxyEndpoint, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok || rdsResource(read.value.DBProxyEndpointArn) !== undefined) return read;
  const arn = read.value.DBProxyEndpointArn;
  return err(unreadable(json, at, `${at}.DBProxyEndpointArn: "${arn}" is not the ARN of a proxy endpoint`));
}

/** An endpoint of its own (not the proxy's default one, which the proxy stands for) as a database. */
export function toProxyEndpointDatabase(endpoint: DbProxyEndpoint, proxy: DbProxy | undefined): Database {
  const arn = parseArn(endpoint.DBProxyEndpointArn);
  const status = endpoint.Status ?? "unknown";
  return {
    id: endpoint.DBProxyEndpointName,
    arn: endpoint.DBProxyEndpointArn as DatabaseArn,
    resourceId: rdsResource(endpoint.DBProxyEndpointArn)?.id ?? endpoint.DBProxyEndpointArn,
    kind: "proxyEndpoint",
    ...proxyListener(proxy?.EngineFamily),
    status,
    ...(endpoint.VpcId === undefined ? {} : { vpcId: endpoint.VpcId }),
    subnetIds: endpoint.VpcSubnetIds,
    accountId: arn?.accountId ?? "",
    region: arn?.region ?? "",
    endpoints: hostNames([endpoint.Endpoint]),
    memberships: proxyMemberships(endpoint.VpcSecurityGroupIds, status),
    members: [],
    tags: toTags(endpoint.TagList),
  };
}
