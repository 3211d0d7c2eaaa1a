import { describe, expect, it } from "vitest";
import { operations, sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { seedInstance } from "../../sandbox/aws/model/rds/seed-instance.ts";
import { seedProxy } from "../../sandbox/aws/model/rds/seed-proxy.ts";
import { rdsOf } from "../../sandbox/aws/model/rds/state.ts";
import { awsInventorySource } from "./aws-inventory-source.ts";

function setting() {
  const { sandbox, clients } = sandboxClients();
  const { seed } = sandbox;
  const { vpcId } = seed.vpc();
  const subnets = ["10.0.0.0/24", "10.0.1.0/24"].map(
    (cidrBlock) => seed.subnet({ vpcId, cidrBlock }).subnetId,
  );
  const list = seed.prefixList({
    prefixListName: "offices",
    family: "ipv4",
    maxEntries: 5,
    entries: [{ cidr: "192.0.2.0/24" }],
  });
  const { groupId } = seed.securityGroup({
    groupName: "db",
    vpcId,
    rules: [
      { port: 3306, cidr: "10.0.0.0/16" },
      { port: 3306, prefixListId: list.prefixListId },
    ],
  });
  const rds = rdsOf(sandbox.region());
  seedInstance(rds, { identifier: "orders", engine: "mysql", subnets, groups: [groupId] });
  seedProxy(rds, {
    name: "front",
    engineFamily: "POSTGRESQL",
    subnetIds: subnets,
    groups: [groupId],
    tags: { "moat:mode": "enforce" },
  });
  return { sandbox, source: awsInventorySource(clients), list };
}

const denied = { code: "AccessDenied", httpStatus: 403, message: "User is not authorized" };

describe("awsInventorySource", () => {
  it("reads databases, rules, entries of the lists that they name, and quotas", async () => {
    const { source, list } = setting();
    const inventory = await source.read();
    expect(inventory).toMatchObject({
      accountId: "111122223333",
      region: "eu-west-1",
      quotas: { rulesPerSecurityGroup: 60, securityGroupsPerInterface: 5, source: "service-quotas" },
      findings: [],
    });
    expect(inventory.databases.map((d) => [d.id, d.port, d.tags["moat:mode"]])).toEqual([
      ["front", 5432, "enforce"],
      ["orders", 3306, undefined],
    ]);
    expect(inventory.prefixLists).toMatchObject([
      { prefixListId: list.prefixListId, maxEntries: 5, entries: ["192.0.2.0/24"] },
    ]);
  });

  it.each([
    { operation: "GetServiceQuota", code: "QUOTAS_NOT_READ" },
    { operation: "DescribeDBProxies", code: "PROXIES_NOT_READ" },
    { operation: "DescribeDBProxyEndpoints", code: "PROXY_ENDPOINTS_NOT_READ" },
    { operation: "DescribeDBSubnetGroups", code: "SUBNET_GROUPS_NOT_READ" },
    { operation: "DescribeManagedPrefixLists", code: "PREFIX_LISTS_NOT_READ" },
    { operation: "GetManagedPrefixListEntries", code: "PREFIX_LIST_ENTRIES_NOT_READ" },
  ])("reports that $operation is denied, and goes on", async ({ operation, code }) => {
    const { sandbox, source } = setting();
    sandbox.faults.add({ match: { operation }, when: "before", error: denied });
    const inventory = await source.read();
    expect(inventory.findings.map((f) => f.code)).toEqual([code]);
    expect(inventory.databases.map((d) => d.id)).toContain("orders");
  });

  it("reads the tags of instances, their interfaces and subnets", async () => {
    const { sandbox, source } = setting();
    const { vpcId } = sandbox.seed.vpc({ cidrBlock: "10.9.0.0/16" });
    const { subnetId } = sandbox.seed.subnet({ vpcId, cidrBlock: "10.9.1.0/24", tags: { Name: "apps" } });
    const made = sandbox.seed.instance({ subnetId, tags: { Role: "web" } });
    sandbox.seed.networkInterface({ subnetId, description: "task", tags: { Role: "task" } });
    const { instances, subnets, networkInterfaces, consumersUnread } = await source.read();
    expect(instances).toEqual([{ instanceId: made.instanceId, tags: { Role: "web" } }]);
    expect(subnets?.find((s) => s.subnetId === subnetId)).toEqual({
      subnetId,
      vpcId,
      ownerId: "111122223333",
      tags: { Name: "apps" },
    });
    expect(networkInterfaces.find((i) => i.description === "task")?.tags).toEqual({ Role: "task" });
    expect(networkInterfaces.some((i) => i.instanceId === made.instanceId)).toBe(true);
    expect(consumersUnread).toEqual([]);
  });

  it.each([
    { operation: "DescribeInstances", code: "INSTANCES_NOT_READ" },
    { operation: "DescribeSubnets", code: "SUBNETS_NOT_READ" },
  ])("keeps it for those who map labels that $operation is denied", async ({ operation, code }) => {
    const { sandbox, source } = setting();
    sandbox.faults.add({ match: { operation }, when: "before", error: denied });
    const inventory = await source.read();
    expect(inventory.findings).toEqual([]);
    expect(inventory.consumersUnread?.map((f) => f.code)).toEqual([code]);
  });

  it("leaves alone a proxy whose tags it may not read", async () => {
    const { sandbox, source } = setting();
    sandbox.faults.add({ match: { operation: "ListTagsForResource" }, when: "before", error: denied });
    const { databases } = await source.read();
    expect(databases.map((d) => [d.id, d.unsupported?.code])).toEqual([
      ["front", "DATABASE_NOT_READ_IN_FULL"],
      ["orders", undefined],
    ]);
  });

  it.each([
    "DescribeDBInstances",
    "DescribeDBClusters",
    "DescribeSecurityGroups",
    "DescribeSecurityGroupRules",
    "DescribeNetworkInterfaces",
  ])("throws when %s is denied: half an inventory is none", async (operation) => {
    const { sandbox, source } = setting();
    sandbox.faults.add({ match: { operation }, when: "before", error: denied });
    await expect(source.read()).rejects.toMatchObject({ name: "AwsFault", kind: "denied" });
  });

  it("repeats a read whose connection broke", async () => {
    const { sandbox, source } = setting();
    const match = { operation: "DescribeDBInstances" };
    sandbox.faults.add({ match, when: "after", error: "connectionReset", times: 1 });
    expect((await source.read()).databases).toHaveLength(2);
    expect(operations(sandbox).filter((o) => o === match.operation)).toHaveLength(2);
  });

  it("passes a filter or a page size to every describe call of EC2", async () => {
    const { sandbox, source } = setting();
    await source.read();
    const bare = sandbox.calls.filter(
      ({ call }) => call.context.service === "ec2" && !/MaxResults|Filter/.test(JSON.stringify(call.input)),
    );
    expect(bare.map((c) => c.call.operation)).toEqual([]);
  });
});
