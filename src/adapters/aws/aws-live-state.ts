import type { Database, SecurityGroup } from "../../core/inventory/model.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { GroupInterface, LiveState } from "../../ports/inventory-source.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import {
  describeNetworkInterfaces,
  describeSecurityGroupRules,
  describeSecurityGroups,
} from "./describe-ec2.ts";
import {
  describeDbInstances,
  describeDbProxies,
  describeDbProxyEndpoints,
  describeDbSubnetGroups,
} from "./describe-rds.ts";
import { rdsResource } from "./parse/arn.ts";
import { type AwsAnswers, NO_ANSWERS } from "./parse/aws-answers.ts";
import { parseDatabases } from "./parse/databases.ts";
import { readNetworkInterface } from "./parse/network-interface.ts";
import { completeDatabase } from "./parse/parse-inventory.ts";
import { readEach } from "./parse/read-each.ts";
import { parseSecurityGroups } from "./parse/security-groups.ts";
import { textField } from "./parse/shape.ts";
import { readTags } from "./read-proxies.ts";

/** Fresh reads of single objects. What AWS answers but we cannot read is a fault: nothing may be done on it. */
export function awsLiveState(clients: AwsClients): LiveState {
  return {
    readDatabase: (arn) => readDatabase(clients, arn),
    readSecurityGroups: (groupIds) => readSecurityGroups(clients, groupIds),
    readInterfacesWithGroup: (groupId) => readInterfacesWithGroup(clients, groupId),
  };
}

async function readDatabase(clients: AwsClients, arn: string): Promise<Database | undefined> {
  const resource = rdsResource(arn);
  const answers = { ...NO_ANSWERS, ...(await answersOf(clients, arn, resource?.type, resource?.id ?? "")) };
  const { databases, findings } = parseDatabases(answers);
  const database = databases.find((d) => d.arn === arn);
  if (database !== undefined)
    return completeDatabase(database, answers, {
      groups: [],
      findings: [],
      unread: new Map(),
      strays: new Map(),
    });
  if (findings[0] !== undefined) throw unreadableAnswer("rds:DescribeDBInstances", findings[0].what);
  return undefined;
}

async function answersOf(
  clients: AwsClients,
  arn: string,
  type: string | undefined,
  id: string,
): Promise<Partial<AwsAnswers>> {
  switch (type) {
    case "db":
      return { dbInstances: await oneInstance(clients, id) };
    case "cluster":
      return clusterAnswers(clients, id);
    case "db-proxy":
      return {
        dbProxies: withArn(await describeDbProxies(clients), "DBProxyArn", arn),
        ...(await readTags(clients, [arn])),
      };
    case "db-proxy-endpoint":
      return proxyEndpointAnswers(clients, arn);
    default:
      return {};
  }
}

const withArn = (items: readonly unknown[], field: string, arn: string): readonly unknown[] =>
  items.filter((json) => textField(json, field) === arn);

async function oneInstance(clients: AwsClients, id: string): Promise<readonly unknown[]> {
  const { sdk, client } = await clients.rds();
  const answer = await unlessGone(() =>
    callAws("rds:DescribeDBInstances", () =>
      client.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: id })),
    ),
  );
  return answer?.DBInstances ?? [];
}

async function clusterAnswers(clients: AwsClients, id: string): Promise<Partial<AwsAnswers>> {
  const { sdk, client } = await clients.rds();
  const answer = await unlessGone(() =>
    callAws("rds:DescribeDBClusters", () =>
      client.send(new sdk.DescribeDBClustersCommand({ DBClusterIdentifier: id })),
    ),
  );
  const [cluster] = answer?.DBClusters ?? [];
  if (cluster === undefined) return {};
  const dbInstances = await describeDbInstances(clients, id);
  const subnetGroup = dbInstances.length === 0 ? cluster.DBSubnetGroup : undefined;
  const dbSubnetGroups = subnetGroup === undefined ? [] : await describeDbSubnetGroups(clients, subnetGroup);
  return { dbClusters: [cluster], dbInstances, dbSubnetGroups };
}

async function proxyEndpointAnswers(clients: AwsClients, arn: string): Promise<Partial<AwsAnswers>> {
  const dbProxyEndpoints = withArn(await describeDbProxyEndpoints(clients), "DBProxyEndpointArn", arn);
  if (dbProxyEndpoints.length === 0) return {};
  return {
    dbProxyEndpoints,
    dbProxies: await describeDbProxies(clients),
    ...(await readTags(clients, [arn])),
  };
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AwsFault && error.kind === "notFound") return undefined;
    throw error;
  }
}

async function readSecurityGroups(
  clients: AwsClients,
  groupIds: readonly string[],
): Promise<readonly SecurityGroup[]> {
  if (groupIds.length === 0) return [];
  const [groups, rules] = await Promise.all([
    describeSecurityGroups(clients, groupIds),
    describeSecurityGroupRules(clients, groupIds),
  ]);
  const read = parseSecurityGroups(groups, rules);
  const [problem] = read.unread.values();
  if (problem !== undefined) throw unreadableAnswer("ec2:DescribeSecurityGroupRules", problem.what);
  return read.groups;
}

async function readInterfacesWithGroup(
  clients: AwsClients,
  groupId: string,
): Promise<readonly GroupInterface[]> {
  const items = await describeNetworkInterfaces(clients, groupId);
  const read = readEach(items, "NetworkInterfaces", readNetworkInterface);
  if (read.findings[0] !== undefined) {
    throw unreadableAnswer("ec2:DescribeNetworkInterfaces", read.findings[0].what);
  }
  return read.values.map(({ networkInterfaceId, groupIds, addresses }) => ({
    networkInterfaceId,
    groupIds,
    addresses,
  }));
}

function unreadableAnswer(operation: string, what: string): AwsFault {
  return new AwsFault(
    "unknown",
    "UnreadableAnswer",
    operation,
    what,
    "Report this as a bug of Moat, with the message: AWS answered in a shape that it does not know",
  );
}
