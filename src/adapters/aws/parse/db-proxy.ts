import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Database, DatabaseArn } from "../../../core/inventory/model.ts";
import { err, type Result } from "../../../core/result.ts";
import { parseArn, rdsResource } from "./arn.ts";
import { hostNames } from "./endpoint.ts";
import { proxyMemberships } from "./memberships.ts";
import { list, optional, readShape, unreadable } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";

const Schema = z.object({
  DBProxyName: z.string().min(1),
  DBProxyArn: z.string().min(1),
  EngineFamily: optional(z.string()),
  Status: optional(z.string()),
  Endpoint: optional(z.string()),
  VpcId: optional(z.string()),
  VpcSecurityGroupIds: list(z.string().min(1)),
  VpcSubnetIds: list(z.string()),
  TagList: TagItems,
});

/** The fields of a `DBProxies` entry that we use. */
export type DbProxy = z.infer<typeof Schema>;

/** Reads one entry of `DBProxies`. */
export function readDbProxy(json: unknown, at: string): Result<DbProxy, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok || rdsResource(read.value.DBProxyArn) !== undefined) return read;
  return err(unreadable(json, at, `${at}.DBProxyArn: "${read.value.DBProxyArn}" is not the ARN of a proxy`));
}

// A proxy has no port of its own in any answer and always listens on the default of its engine family:
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.howitworks.html
const FAMILY_PORTS: Readonly<Record<string, number>> = { MYSQL: 3306, POSTGRESQL: 5432, SQLSERVER: 1433 };

/** The listener of a proxy, or of an endpoint of it, by the proxy's engine family. */
export function proxyListener(family: string | undefined): {
  readonly engine: string;
  readonly port?: number;
} {
  const port = FAMILY_PORTS[family?.toUpperCase() ?? ""];
  return { engine: family?.toLowerCase() ?? "unknown", ...(port === undefined ? {} : { port }) };
}

/** A proxy as a database. `defaultEndpoints` are host names of its own endpoint from DescribeDBProxyEndpoints. */
export function toProxyDatabase(proxy: DbProxy, defaultEndpoints: readonly (string | undefined)[]): Database {
  const arn = parseArn(proxy.DBProxyArn);
  const status = proxy.Status ?? "unknown";
  return {
    id: proxy.DBProxyName,
    arn: proxy.DBProxyArn as DatabaseArn,
    resourceId: rdsResource(proxy.DBProxyArn)?.id ?? proxy.DBProxyArn,
    kind: "proxy",
    ...proxyListener(proxy.EngineFamily),
    status,
    ...(proxy.VpcId === undefined ? {} : { vpcId: proxy.VpcId }),
    subnetIds: proxy.VpcSubnetIds,
    accountId: arn?.accountId ?? "",
    region: arn?.region ?? "",
    endpoints: hostNames([proxy.Endpoint, ...defaultEndpoints]),
    memberships: proxyMemberships(proxy.VpcSecurityGroupIds, status),
    members: [],
    tags: toTags(proxy.TagList),
  };
}
