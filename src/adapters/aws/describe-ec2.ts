import { allPages } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";

// EC2 keeps a smaller request budget for describe calls with neither filter nor pagination, so all have a page size:
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
const PAGE = { pageSize: 1000 };
// The most values that one filter takes.
const FILTER_VALUES = 200;

interface Filter {
  readonly Name: string;
  readonly Values: string[];
}

function chunks(ids: readonly string[]): readonly string[][] {
  const all: string[][] = [];
  for (let at = 0; at < ids.length; at += FILTER_VALUES) all.push(ids.slice(at, at + FILTER_VALUES));
  return all;
}

async function overFilters(
  name: string,
  ids: readonly string[] | undefined,
  read: (filters: Filter[] | undefined) => Promise<readonly unknown[]>,
): Promise<readonly unknown[]> {
  if (ids === undefined) return read(undefined);
  const all: unknown[] = [];
  for (const Values of chunks([...new Set(ids)])) all.push(...(await read([{ Name: name, Values }])));
  return all;
}

/** `SecurityGroups`: all, or those of the ids that exist. */
export async function describeSecurityGroups(
  clients: AwsClients,
  groupIds?: readonly string[],
): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.ec2();
  return overFilters("group-id", groupIds, (Filters) =>
    allPages(
      "ec2:DescribeSecurityGroups",
      () => sdk.paginateDescribeSecurityGroups({ client, ...PAGE }, Filters === undefined ? {} : { Filters }),
      (page) => page.SecurityGroups,
    ),
  );
}

/** `SecurityGroupRules`: all, or those of the groups. */
export async function describeSecurityGroupRules(
  clients: AwsClients,
  groupIds?: readonly string[],
): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.ec2();
  return overFilters("group-id", groupIds, (Filters) =>
    allPages(
      "ec2:DescribeSecurityGroupRules",
      () =>
        sdk.paginateDescribeSecurityGroupRules({ client, ...PAGE }, Filters === undefined ? {} : { Filters }),
      (page) => page.SecurityGroupRules,
    ),
  );
}

/** `NetworkInterfaces`: all, or those that carry a group. */
export async function describeNetworkInterfaces(
  clients: AwsClients,
  groupId?: string,
): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.ec2();
  const filter = groupId === undefined ? {} : { Filters: [{ Name: "group-id", Values: [groupId] }] };
  return allPages(
    "ec2:DescribeNetworkInterfaces",
    () => sdk.paginateDescribeNetworkInterfaces({ client, ...PAGE }, filter),
    (page) => page.NetworkInterfaces,
  );
}

/** `Reservations`: every instance, with its tags. */
export async function describeInstances(clients: AwsClients): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.ec2();
  return allPages(
    "ec2:DescribeInstances",
    () => sdk.paginateDescribeInstances({ client, ...PAGE }, {}),
    (page) => page.Reservations,
  );
}

/** `Subnets`: all, with their tags. */
export async function describeSubnets(clients: AwsClients): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.ec2();
  return allPages(
    "ec2:DescribeSubnets",
    () => sdk.paginateDescribeSubnets({ client, ...PAGE }, {}),
    (page) => page.Subnets,
  );
}

/** `PrefixLists`: those of the account, those shared with it, and those of AWS. */
export async function describePrefixLists(clients: AwsClients): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.ec2();
  return allPages(
    "ec2:DescribeManagedPrefixLists",
    () => sdk.paginateDescribeManagedPrefixLists({ client, pageSize: 100 }, {}),
    (page) => page.PrefixLists,
  );
}

/** `Entries` of one prefix list. */
export async function getPrefixListEntries(
  clients: AwsClients,
  prefixListId: string,
): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.ec2();
  return allPages(
    "ec2:GetManagedPrefixListEntries",
    () => sdk.paginateGetManagedPrefixListEntries({ client, pageSize: 100 }, { PrefixListId: prefixListId }),
    (page) => page.Entries,
  );
}
