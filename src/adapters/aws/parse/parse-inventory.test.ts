import { describe, expect, it } from "vitest";
import type { Inventory } from "../../../core/inventory/model.ts";
import { type AwsAnswers, NO_ANSWERS } from "./aws-answers.ts";
import { parseInventory } from "./parse-inventory.ts";

const ARN = "arn:aws:rds:eu-west-1:111122223333";
const active = (...ids: string[]) => ids.map((id) => ({ VpcSecurityGroupId: id, Status: "active" }));
const subnetGroup = { VpcId: "vpc-1", Subnets: [{ SubnetIdentifier: "subnet-1" }] };

const instance = (id: string, fields: object = {}) => ({
  DBInstanceIdentifier: id,
  DBInstanceArn: `${ARN}:db:${id}`,
  DbiResourceId: `db-${id.toUpperCase()}`,
  Engine: "mysql",
  DBInstanceStatus: "available",
  Endpoint: { Address: `${id}.abc.eu-west-1.rds.amazonaws.com`, Port: 3306 },
  DbInstancePort: 0,
  VpcSecurityGroups: active("sg-1"),
  DBSubnetGroup: subnetGroup,
  ...fields,
});
const member = (id: string, cluster: string, fields: object = {}) =>
  instance(id, { Engine: "aurora-mysql", DBClusterIdentifier: cluster, ...fields });
const cluster = (id: string, fields: object = {}) => ({
  DBClusterIdentifier: id,
  DBClusterArn: `${ARN}:cluster:${id}`,
  DbClusterResourceId: `cluster-${id.toUpperCase()}`,
  Engine: "aurora-mysql",
  Status: "available",
  Port: 3307,
  Endpoint: `${id}.cluster-abc.eu-west-1.rds.amazonaws.com`,
  VpcSecurityGroups: active("sg-1"),
  ...fields,
});
const proxy = (name: string, fields: object = {}) => ({
  DBProxyName: name,
  DBProxyArn: `${ARN}:db-proxy:prx-${name}`,
  EngineFamily: "MYSQL",
  Status: "available",
  VpcId: "vpc-1",
  VpcSecurityGroupIds: ["sg-1"],
  Endpoint: `${name}.proxy-abc.eu-west-1.rds.amazonaws.com`,
  ...fields,
});
const group = (id: string, fields: object = {}) => ({
  GroupId: id,
  GroupName: id,
  VpcId: "vpc-1",
  OwnerId: "111122223333",
  ...fields,
});

const parse = (answers: Partial<AwsAnswers>): Inventory => parseInventory({ ...NO_ANSWERS, ...answers });
const codes = (inventory: Inventory): string[] => inventory.findings.map((f) => f.code);

describe("databases", () => {
  it("are instances, by the port and host name of their endpoint", () => {
    const inventory = parse({ dbInstances: [instance("Orders".toLowerCase())] });
    expect(inventory.databases).toEqual([
      {
        id: "orders",
        arn: `${ARN}:db:orders`,
        resourceId: "db-ORDERS",
        kind: "instance",
        engine: "mysql",
        port: 3306,
        status: "available",
        vpcId: "vpc-1",
        subnetIds: ["subnet-1"],
        accountId: "111122223333",
        region: "eu-west-1",
        endpoints: ["orders.abc.eu-west-1.rds.amazonaws.com"],
        memberships: [{ groupId: "sg-1", status: "active" }],
        members: [],
        tags: {},
      },
    ]);
    expect(inventory.findings).toEqual([]);
  });

  it("have no port while they are being created", () => {
    const [creating] = parse({
      dbInstances: [instance("new", { Endpoint: undefined, DBInstanceStatus: "creating" })],
    }).databases;
    expect(creating?.port).toBeUndefined();
    expect(creating?.endpoints).toEqual([]);
  });

  it("are clusters, never their members", () => {
    const inventory = parse({
      dbInstances: [
        member("a", "shop"),
        member("b", "shop", { DBInstanceStatus: "creating", Endpoint: undefined }),
      ],
      dbClusters: [
        cluster("shop", {
          ReaderEndpoint: "Shop.cluster-ro-abc.eu-west-1.rds.amazonaws.com",
          CustomEndpoints: ["any.cluster-custom-abc.eu-west-1.rds.amazonaws.com"],
          DBClusterMembers: [{ DBInstanceIdentifier: "a" }, { DBInstanceIdentifier: "b" }],
          TagList: [{ Key: "moat:mode", Value: "enforce" }],
        }),
      ],
    });
    expect(inventory.databases).toHaveLength(1);
    expect(inventory.databases[0]).toMatchObject({
      id: "shop",
      kind: "cluster",
      port: 3307,
      vpcId: "vpc-1",
      subnetIds: ["subnet-1"],
      resourceId: "cluster-SHOP",
      endpoints: [
        "shop.cluster-abc.eu-west-1.rds.amazonaws.com",
        "shop.cluster-ro-abc.eu-west-1.rds.amazonaws.com",
        "any.cluster-custom-abc.eu-west-1.rds.amazonaws.com",
        "a.abc.eu-west-1.rds.amazonaws.com",
      ],
      members: [
        { id: "a", arn: `${ARN}:db:a`, status: "available" },
        { id: "b", status: "creating" },
      ],
      tags: { "moat:mode": "enforce" },
    });
  });

  it("without a member stand in the VPC of their subnet group", () => {
    const [database] = parse({
      dbClusters: [cluster("shop", { DBSubnetGroup: "private" })],
      dbSubnetGroups: [{ ...subnetGroup, DBSubnetGroupName: "private", VpcId: "vpc-9" }],
    }).databases;
    expect(database?.vpcId).toBe("vpc-9");
  });

  it("without a subnet group stand in the VPC of their groups", () => {
    const [database] = parse({ dbClusters: [cluster("shop")], securityGroups: [group("sg-1")] }).databases;
    expect(database?.vpcId).toBe("vpc-1");
  });

  it.each([
    { family: "MYSQL", engine: "mysql", port: 3306 },
    { family: "POSTGRESQL", engine: "postgresql", port: 5432 },
    { family: "SQLSERVER", engine: "sqlserver", port: 1433 },
    { family: "ORACLE", engine: "oracle", port: undefined },
  ])("are proxies and their own endpoints: $family", ({ family, engine, port }) => {
    const endpoint = (name: string, fields: object) => ({
      DBProxyEndpointName: name,
      DBProxyEndpointArn: `${ARN}:db-proxy-endpoint:prx-endpoint-${name}`,
      DBProxyName: "front",
      Status: "modifying",
      VpcId: "vpc-2",
      VpcSecurityGroupIds: ["sg-2"],
      VpcSubnetIds: ["subnet-2"],
      Endpoint: `${name}.endpoint.proxy-abc.eu-west-1.rds.amazonaws.com`,
      ...fields,
    });
    const { databases } = parse({
      dbProxies: [proxy("front", { EngineFamily: family })],
      dbProxyEndpoints: [
        endpoint("front", { IsDefault: true, Endpoint: "Front.proxy-abc.eu-west-1.rds.amazonaws.com" }),
        endpoint("ro", { IsDefault: false }),
      ],
      tagLists: new Map([[`${ARN}:db-proxy:prx-front`, [{ Key: "moat:mode", Value: "enforce" }]]]),
    });
    expect(
      databases.map(({ id, kind, resourceId, ...d }) => [id, kind, resourceId, d.engine, d.port]),
    ).toEqual([
      ["ro", "proxyEndpoint", "prx-endpoint-ro", engine, port],
      ["front", "proxy", "prx-front", engine, port],
    ]);
    expect(databases[0]?.memberships).toEqual([{ groupId: "sg-2", status: "modifying" }]);
    expect(databases[1]).toMatchObject({
      endpoints: ["front.proxy-abc.eu-west-1.rds.amazonaws.com"],
      memberships: [{ groupId: "sg-1", status: "active" }],
      tags: { "moat:mode": "enforce" },
    });
  });

  it.each([
    { answers: { dbInstances: [instance("c", { Engine: "custom-oracle-ee" })] }, code: "RDS_CUSTOM" },
    { answers: { dbClusters: [cluster("c", { VPCNetworkingEnabled: false })] }, code: "NO_VPC_NETWORKING" },
    {
      answers: { dbClusters: [cluster("c")], dbInstances: [{ ...member("a", "c"), DBInstanceArn: 7 }] },
      code: "DATABASE_NOT_READ_IN_FULL",
    },
    {
      answers: {
        dbInstances: [instance("c")],
        securityGroups: [
          group("sg-1", { IpPermissions: [{ IpProtocol: "tcp", IpRanges: [{ CidrIp: "?" }] }] }),
        ],
      },
      code: "DATABASE_NOT_READ_IN_FULL",
    },
    {
      answers: {
        dbInstances: [instance("c", { VpcSecurityGroups: [] })],
        securityGroups: [group("sg-9", { Tags: [{ Key: "moat:database", Value: `${ARN}:db:c` }] })],
        securityGroupRules: [{ GroupId: "sg-9", SecurityGroupRuleId: "sgr-1" }],
      },
      code: "DATABASE_NOT_READ_IN_FULL",
    },
    {
      answers: { dbInstances: [instance("c")], securityGroups: [{ GroupId: "sg-1" }] },
      code: "DATABASE_NOT_READ_IN_FULL",
    },
  ])("are unsupported for $code", ({ answers, code }) => {
    expect(parse(answers).databases.map((d) => [d.id, d.unsupported?.code])).toEqual([["c", code]]);
  });

  it("are not touched by an unreadable rule of a group that is not theirs", () => {
    const { databases } = parse({
      dbInstances: [instance("c")],
      securityGroups: [group("sg-1"), { GroupId: "sg-2" }],
    });
    expect(databases[0]?.unsupported).toBeUndefined();
  });

  it.each([
    { answers: { dbInstances: [{ ...instance("x"), Endpoint: { Port: "3306" } }] }, code: "AWS_SHAPE" },
    { answers: { dbInstances: ["x"] }, code: "AWS_SHAPE" },
    { answers: { dbInstances: [instance("x", { DBInstanceArn: "x" })] }, code: "AWS_SHAPE" },
    { answers: { dbInstances: [member("a", "gone")] }, code: "CLUSTER_NOT_READ" },
    {
      answers: { dbClusters: [cluster("c", { DBClusterMembers: [{ DBInstanceIdentifier: "a" }] })] },
      code: "CLUSTER_MEMBER_NOT_READ",
    },
    {
      answers: { dbInstances: [instance("x"), instance("x", { DBInstanceStatus: "stopped" })] },
      code: "DATABASE_TWICE",
    },
    {
      answers: {
        dbInstances: [instance("x"), instance("y", { DBInstanceArn: "arn:aws:rds:us-east-1:1:db:y" })],
      },
      code: "MIXED_ACCOUNTS",
    },
  ])("that cannot be had are a finding: $code", ({ answers, code }) => {
    expect(codes(parse(answers))).toEqual([code]);
  });

  it("name the object and the path of what cannot be read", () => {
    const bad = instance("x", { VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1" }, { Status: "active" }] });
    expect(parse({ dbInstances: [instance("a"), bad] }).findings[0]?.what).toMatch(
      /^DBInstances\[1\] "x" cannot be read: DBInstances\[1\]\.VpcSecurityGroups\[1\]\.VpcSecurityGroupId: /,
    );
  });
});

describe("interfaces", () => {
  const eni = {
    NetworkInterfaceId: "eni-1",
    VpcId: "vpc-1",
    SubnetId: "subnet-1",
    Description: "RDSNetworkInterface",
    RequesterId: "amazon-rds",
    RequesterManaged: true,
    Status: "in-use",
    PrivateIpAddress: "10.0.0.5",
    PrivateIpAddresses: [
      { PrivateIpAddress: "10.0.0.9", Primary: false },
      { PrivateIpAddress: "10.0.0.5", Primary: true },
    ],
    Ipv6Addresses: [{ Ipv6Address: "2001:DB8:0:0::5" }],
    Groups: [{ GroupId: "sg-1", GroupName: "x" }],
    TagSet: [],
  };

  it("give their addresses, the primary one first", () => {
    expect(parse({ networkInterfaces: [eni] }).networkInterfaces).toEqual([
      {
        networkInterfaceId: "eni-1",
        vpcId: "vpc-1",
        subnetId: "subnet-1",
        description: "RDSNetworkInterface",
        requesterId: "amazon-rds",
        requesterManaged: true,
        status: "in-use",
        addresses: ["10.0.0.5", "10.0.0.9", "2001:db8::5"],
        groupIds: ["sg-1"],
        interfaceType: "interface",
      },
    ]);
  });

  it("have tags and delegated blocks, where they have any", () => {
    const node = {
      ...eni,
      TagSet: [{ Key: "team", Value: "shop" }],
      Ipv4Prefixes: [{ Ipv4Prefix: "10.0.0.16/28" }],
    };
    expect(parse({ networkInterfaces: [node] }).networkInterfaces).toMatchObject([
      { tags: { team: "shop" }, prefixes: ["10.0.0.16/28"] },
    ]);
  });

  it("that cannot be read may be consumers, and so may instances and subnets", () => {
    const found = parse({
      networkInterfaces: [{ ...eni, Ipv4Prefixes: [{ Ipv4Prefix: "x" }] }],
      reservations: [{ Instances: [{ Tags: [] }, { InstanceId: "i-1", State: { Name: "terminated" } }] }],
      subnets: [{ VpcId: "vpc-1" }, { SubnetId: "subnet-1", Tags: [{ Key: "Name", Value: "apps" }] }],
    });
    expect(found.consumersUnread?.map((f) => f.code)).toEqual(["AWS_SHAPE", "AWS_SHAPE", "AWS_SHAPE"]);
    expect(found.instances).toEqual([]);
    expect(found.subnets).toEqual([{ subnetId: "subnet-1", vpcId: "", tags: { Name: "apps" } }]);
  });

  it("are also those of DescribeInstances, once each", () => {
    const reservations = [
      {
        Instances: [
          {
            InstanceId: "i-1",
            NetworkInterfaces: [{ NetworkInterfaceId: "eni-1" }, { NetworkInterfaceId: "eni-2" }],
          },
        ],
      },
    ];
    const found = parse({ networkInterfaces: [eni], reservations }).networkInterfaces;
    expect(found.map((i) => [i.networkInterfaceId, i.instanceId, i.addresses.length])).toEqual([
      ["eni-1", undefined, 3],
      ["eni-2", "i-1", 0],
    ]);
  });
});

describe("prefix lists", () => {
  const list = {
    PrefixListId: "pl-1",
    PrefixListName: "offices",
    OwnerId: "1",
    AddressFamily: "IPv4",
    MaxEntries: 5,
  };

  it.each([
    { entries: [{ Cidr: "10.1.2.3/16" }], want: ["10.1.0.0/16"] },
    { entries: [], want: [] },
    { entries: undefined, want: undefined },
    { entries: [{ Cidr: "10.1.0.0/16" }, { Cidr: "?" }], want: undefined },
  ])("have entries only when all could be read: $want", ({ entries, want }) => {
    const prefixListEntries = new Map(entries === undefined ? [] : [["pl-1", entries]]);
    const [found] = parse({ prefixLists: [list], prefixListEntries }).prefixLists;
    expect(found?.entries).toEqual(want);
    expect(found).toMatchObject({ prefixListName: "offices", family: 4, maxEntries: 5 });
  });
});

it("gives the same inventory whatever the order of the answers", () => {
  const answers = {
    dbInstances: [instance("b"), instance("a")],
    securityGroups: [group("sg-2"), group("sg-1")],
  };
  const reversed = {
    dbInstances: answers.dbInstances.toReversed(),
    securityGroups: answers.securityGroups.toReversed(),
  };
  expect(parse(answers)).toEqual(parse(reversed));
});

it("takes the account from groups when there is no database", () => {
  const inventory = parse({ securityGroups: [group("sg-1")] });
  expect([inventory.accountId, inventory.region]).toEqual(["111122223333", "unknown"]);
});
