import type { DbCluster, DbInstance, DbProxy, DbProxyEndpoint, DbSubnetGroup } from "./database.ts";
import { rdsError } from "./errors.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import type { RdsRegion } from "./region.ts";

/** One filter: an object passes when any of the values fits. */
export interface RdsFilter {
  readonly name: string;
  readonly values: readonly string[];
}

type Matchers<T> = Readonly<Record<string, (item: T, value: string) => boolean>>;

const byNameOrArn = (item: { readonly identifier: string; readonly arn: string }, value: string): boolean =>
  item.identifier === value.toLowerCase() || item.arn === value;

const INSTANCE_FILTERS: Matchers<DbInstance> = {
  "db-instance-id": byNameOrArn,
  "db-cluster-id": (instance, value) =>
    instance.dbClusterIdentifier !== undefined && value.split(":").at(-1) === instance.dbClusterIdentifier,
  "dbi-resource-id": (instance, value) => instance.resourceId === value,
  engine: (instance, value) => instance.engine === value,
  domain: () => false,
};

const CLUSTER_FILTERS: Matchers<DbCluster> = {
  "db-cluster-id": byNameOrArn,
  "db-cluster-resource-id": (cluster, value) => cluster.resourceId === value,
  engine: (cluster, value) => cluster.engine === value,
  domain: () => false,
  "clone-group-id": () => false,
};

/** What every describe call may say. A named object that does not exist is an error; a filter without hits is not. */
export interface DescribeRequest extends PageRequest {
  readonly identifier?: string | undefined;
  readonly filters: readonly RdsFilter[];
}

const identifierOf = (item: { readonly identifier: string }): string => item.identifier;

/** @throws AwsError DBInstanceNotFound when asked for one by name that is not there */
export function describeInstances(region: RdsRegion, request: DescribeRequest): Page<DbInstance> {
  const named = request.identifier;
  const all = named === undefined ? region.instances.values() : [region.instance(nameOf(named))];
  return page(filtered(all, request.filters, INSTANCE_FILTERS), identifierOf, request);
}

/** @throws AwsError DBClusterNotFoundFault when asked for one by name that is not there */
export function describeClusters(region: RdsRegion, request: DescribeRequest): Page<DbCluster> {
  const named = request.identifier;
  const all = named === undefined ? region.clusters.values() : [region.cluster(nameOf(named))];
  return page(filtered(all, request.filters, CLUSTER_FILTERS), identifierOf, request);
}

/** No filters are supported. @throws AwsError DBProxyNotFoundFault */
export function describeProxies(region: RdsRegion, request: DescribeRequest): Page<DbProxy> {
  const named = request.identifier;
  const all = named === undefined ? region.proxies.values() : [region.proxy(named)];
  return page(filtered(all, request.filters, {}), identifierOf, request);
}

/** @throws AwsError DBProxyEndpointNotFoundFault, DBProxyNotFoundFault */
export function describeProxyEndpoints(
  region: RdsRegion,
  request: DescribeRequest & { readonly proxyName?: string | undefined },
): Page<DbProxyEndpoint> {
  const named = request.identifier;
  const proxy = request.proxyName === undefined ? undefined : region.proxy(request.proxyName).identifier;
  const all = named === undefined ? region.proxyEndpoints.values() : [region.proxyEndpoint(named)];
  const own = proxy === undefined ? all : all.filter((endpoint) => endpoint.proxyName === proxy);
  return page(filtered(own, request.filters, {}), identifierOf, request);
}

/** @throws AwsError DBSubnetGroupNotFoundFault */
export function describeSubnetGroups(region: RdsRegion, request: DescribeRequest): Page<DbSubnetGroup> {
  const named = request.identifier;
  const all = named === undefined ? [...region.subnetGroups.values()] : [region.subnetGroup(named)];
  return page(filtered(all, request.filters, {}), (group) => group.name, request);
}

/** Describe calls take an identifier or an ARN. */
function nameOf(identifierOrArn: string): string {
  return identifierOrArn.startsWith("arn:") ? (identifierOrArn.split(":").at(-1) ?? "") : identifierOrArn;
}

function filtered<T>(all: readonly T[], filters: readonly RdsFilter[], matchers: Matchers<T>): readonly T[] {
  return filters.reduce((left, filter) => {
    const matches = matchers[filter.name];
    if (matches === undefined)
      throw rdsError("InvalidParameterValue", `Unrecognized filter name: ${filter.name}`);
    return left.filter((item) => filter.values.some((value) => matches(item, value)));
  }, all);
}
