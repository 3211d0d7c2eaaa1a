import { allPages } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";

// The most that the RDS describe calls give on one page.
const PAGE = { pageSize: 100 };

/** `DBInstances`: all, or the members of one cluster. */
export async function describeDbInstances(
  clients: AwsClients,
  clusterId?: string,
): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.rds();
  const filter = clusterId === undefined ? {} : { Filters: [{ Name: "db-cluster-id", Values: [clusterId] }] };
  return allPages(
    "rds:DescribeDBInstances",
    () => sdk.paginateDescribeDBInstances({ client, ...PAGE }, filter),
    (page) => page.DBInstances,
  );
}

/** `DBClusters`. */
export async function describeDbClusters(clients: AwsClients): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.rds();
  return allPages(
    "rds:DescribeDBClusters",
    () => sdk.paginateDescribeDBClusters({ client, ...PAGE }, {}),
    (page) => page.DBClusters,
  );
}

/** `DBSubnetGroups`: all, or the one of a name. */
export async function describeDbSubnetGroups(
  clients: AwsClients,
  name?: string,
): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.rds();
  return allPages(
    "rds:DescribeDBSubnetGroups",
    () =>
      sdk.paginateDescribeDBSubnetGroups(
        { client, ...PAGE },
        name === undefined ? {} : { DBSubnetGroupName: name },
      ),
    (page) => page.DBSubnetGroups,
  );
}

/** `DBProxies`. */
export async function describeDbProxies(clients: AwsClients): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.rds();
  return allPages(
    "rds:DescribeDBProxies",
    () => sdk.paginateDescribeDBProxies({ client, ...PAGE }, {}),
    (page) => page.DBProxies,
  );
}

/** `DBProxyEndpoints`, the default ones too. */
export async function describeDbProxyEndpoints(clients: AwsClients): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.rds();
  return allPages(
    "rds:DescribeDBProxyEndpoints",
    () => sdk.paginateDescribeDBProxyEndpoints({ client, ...PAGE }, {}),
    (page) => page.DBProxyEndpoints,
  );
}

/** `TagList` of any object of the RDS family. */
export async function listTags(clients: AwsClients, arn: string): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.rds();
  async function* answer() {
    yield await client.send(new sdk.ListTagsForResourceCommand({ ResourceName: arn }));
  }
  return allPages("rds:ListTagsForResource", answer, (page) => page.TagList);
}
