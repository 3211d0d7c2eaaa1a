import type { IdGenerator } from "../seeded-random.ts";

/** The resource types of RDS ARNs. */
export type RdsResourceType = "db" | "cluster" | "subgrp" | "db-proxy" | "db-proxy-endpoint";

/** `arn:aws:rds:REGION:ACCOUNT:TYPE:ID`; proxies carry their resource id in it, all others their identifier. */
export function rdsArn(
  place: { readonly accountId: string; readonly region: string },
  type: RdsResourceType,
  id: string,
): string {
  return `arn:${partition(place.region)}:rds:${place.region}:${place.accountId}:${type}:${id}`;
}

/** Identifiers are stored in lower case whatever the caller wrote. */
export const canonicalIdentifier = (identifier: string): string => identifier.toLowerCase();

/** Immutable ids: `db-` or `cluster-` and 26 letters of base 32; proxies `prx-` and 17 hex digits. */
export function newResourceId(ids: IdGenerator, kind: "db" | "cluster" | "prx" | "prx-endpoint"): string {
  return kind === "db" || kind === "cluster" ? `${kind}-${ids.base32(26)}` : ids.ec2(kind);
}

/** The part of every endpoint name that stands for the account in its region, such as `cz6wy8cci3uf`. */
export function newEndpointSuffix(ids: IdGenerator): string {
  return `c${ids.base32(11).toLowerCase()}`;
}

/** What a name leads to. */
export type EndpointKind = "instance" | "writer" | "reader" | "proxy" | "proxyEndpoint";

const INFIX: Record<EndpointKind, string> = {
  instance: "",
  writer: "cluster-",
  reader: "cluster-ro-",
  proxy: "proxy-",
  proxyEndpoint: "endpoint.proxy-",
};

/** For example `orders.cluster-ro-cz6wy8cci3uf.us-east-1.rds.amazonaws.com`. */
export function endpointAddress(
  kind: EndpointKind,
  id: string,
  place: { readonly suffix: string; readonly region: string; readonly engine: string },
): string {
  const service = serviceDomain(place.engine);
  const domain = partition(place.region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return `${id}.${INFIX[kind]}${place.suffix}.${place.region}.${service}.${domain}`;
}

function serviceDomain(engine: string): string {
  if (engine === "docdb") return "docdb";
  return engine === "neptune" ? "neptune" : "rds";
}

function partition(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
