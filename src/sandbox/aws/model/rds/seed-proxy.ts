import type { DbProxy, DbProxyEndpoint } from "./database.ts";
import { rdsError } from "./errors.ts";
import { canonicalIdentifier, endpointAddress, newResourceId, rdsArn } from "./identifiers.ts";
import { createInterfaces } from "./interfaces.ts";
import type { RdsRegion } from "./region.ts";

/** An RDS Proxy in front of databases of one engine family. */
export interface ProxySeed {
  readonly name: string;
  readonly engineFamily: "MYSQL" | "POSTGRESQL" | "SQLSERVER";
  readonly subnetIds: readonly string[];
  readonly groups?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly addresses?: readonly string[];
}

/** A further endpoint of a proxy; it may lie in another VPC than the proxy. */
export interface ProxyEndpointSeed extends Omit<ProxySeed, "engineFamily"> {
  readonly proxyName: string;
  readonly targetRole?: "READ_WRITE" | "READ_ONLY";
}

/** Puts a proxy with one interface a subnet into the region. Their description names the proxy. */
export function seedProxy(region: RdsRegion, seed: ProxySeed): DbProxy {
  const identifier = canonicalIdentifier(seed.name);
  if (region.proxies.has(identifier)) {
    throw rdsError("DBProxyAlreadyExistsFault", `DB Proxy already exists: ${identifier}`);
  }
  const resourceId = newResourceId(region.state.ids, "prx");
  const place = { suffix: region.endpointSuffix, region: region.state.region, engine: "proxy" };
  return region.put({
    kind: "proxy",
    identifier,
    arn: rdsArn(region.state, "db-proxy", resourceId),
    resourceId,
    ...networkOf(region, seed, identifier),
    engineFamily: seed.engineFamily,
    endpointAddress: endpointAddress("proxy", identifier, place),
    roleArn: `arn:aws:iam::${region.state.accountId}:role/${identifier}-proxy`,
    updatedAt: region.now,
  });
}

/** Puts a non-default endpoint of a proxy into the region. */
export function seedProxyEndpoint(region: RdsRegion, seed: ProxyEndpointSeed): DbProxyEndpoint {
  const identifier = canonicalIdentifier(seed.name);
  const proxy = region.proxy(seed.proxyName);
  if (region.proxyEndpoints.has(identifier)) {
    throw rdsError("DBProxyEndpointAlreadyExistsFault", `DB Proxy Endpoint already exists: ${identifier}`);
  }
  const resourceId = newResourceId(region.state.ids, "prx-endpoint");
  const place = { suffix: region.endpointSuffix, region: region.state.region, engine: "proxy" };
  return region.put({
    kind: "proxyEndpoint",
    identifier,
    arn: rdsArn(region.state, "db-proxy-endpoint", resourceId),
    resourceId,
    ...networkOf(region, seed, proxy.identifier),
    proxyName: proxy.identifier,
    endpointAddress: endpointAddress("proxyEndpoint", identifier, place),
    targetRole: seed.targetRole ?? "READ_WRITE",
  });
}

function networkOf(region: RdsRegion, seed: Omit<ProxySeed, "engineFamily">, proxyName: string) {
  const vpcId = region.network.subnet(seed.subnetIds[0] ?? "")?.vpcId;
  if (vpcId === undefined) throw rdsError("InvalidSubnet", "A proxy needs subnets that exist");
  const groups = seed.groups ?? [region.network.defaultGroup(vpcId)];
  const interfaces = createInterfaces(region, {
    subnetIds: seed.subnetIds,
    count: seed.subnetIds.length,
    groups,
    description: `Network interface for DBProxy ${proxyName}`,
    ...(seed.addresses === undefined ? {} : { addresses: seed.addresses }),
  });
  return {
    vpcId,
    createdAt: region.now,
    tags: new Map(Object.entries(seed.tags ?? {})),
    status: seed.status ?? "available",
    assignment: { groups: [...groups] },
    subnetIds: seed.subnetIds,
    interfaces,
  };
}
