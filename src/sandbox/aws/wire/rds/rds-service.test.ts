import {
  AddTagsToResourceCommand,
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyEndpointsCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeEventsCommand,
  ListTagsForResourceCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  ModifyDBProxyCommand,
  ModifyDBProxyEndpointCommand,
  paginateDescribeDBInstances,
  RemoveTagsFromResourceCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, it } from "vitest";
import { setClusterStatus, setInstanceStatus } from "../../model/rds/lifecycle.ts";
import { seedCluster } from "../../model/rds/seed-cluster.ts";
import { seedInstance } from "../../model/rds/seed-instance.ts";
import { seedProxy, seedProxyEndpoint } from "../../model/rds/seed-proxy.ts";
import { rdsWorld } from "../../testing/rds-world.ts";

type World = ReturnType<typeof rdsWorld>;

async function states(world: World, identifier: string) {
  const answer = await world.client.send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
  );
  return short(answer.DBInstances?.[0]);
}

function short(instance: DBInstance | undefined) {
  return {
    status: instance?.DBInstanceStatus,
    groups: (instance?.VpcSecurityGroups ?? []).map((group) => `${group.VpcSecurityGroupId} ${group.Status}`),
  };
}

function enis(world: World): readonly string[] {
  return world.ec2.interfaces.values().map((eni) => eni.groupIds.join(" "));
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    const { name, Code, $metadata } = error as {
      name: string;
      Code?: string;
      $metadata: { httpStatusCode: number };
    };
    return `${name} ${Code ?? ""} ${$metadata.httpStatusCode}`;
  }
}

describe("ModifyDBInstance on a plain instance", () => {
  it("answers available with adding, then shows modifying, then active", async () => {
    const world = rdsWorld();
    const [old, added] = [world.group("old"), world.group("added")];
    seedInstance(world.rds, {
      identifier: "Database-1",
      engine: "mysql",
      subnets: world.subnets,
      groups: [old],
    });
    const both = [`${added} adding`, `${old} active`].sort();

    const answer = await world.client.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: "database-1", VpcSecurityGroupIds: [old, added] }),
    );
    expect(short(answer.DBInstance)).toEqual({ status: "available", groups: both });
    expect(answer.DBInstance?.PendingModifiedValues).toEqual({});
    expect(await states(world, "database-1")).toEqual({ status: "modifying", groups: both });
    expect(enis(world)).toEqual([old]);

    world.world.clock.advance(10_000);
    expect(enis(world)).toEqual([`${old} ${added}`]);
    expect((await states(world, "database-1")).status).toBe("modifying");

    world.world.clock.advance(20_000);
    const done = [`${added} active`, `${old} active`].sort();
    expect(await states(world, "database-1")).toEqual({ status: "available", groups: done });
  });

  it("replaces the whole list on each interface in one step", async () => {
    const world = rdsWorld();
    world.rds.behaviour = { ...world.rds.behaviour, multiAzInterfaces: 2 };
    const [old, next] = [world.group("old"), world.group("next")];
    seedInstance(world.rds, {
      identifier: "db",
      engine: "postgres",
      subnets: world.subnets,
      groups: [old],
      multiAz: true,
    });
    await world.client.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: [next] }),
    );
    const seen = new Set<string>();
    world.world.changes.subscribe((change) => {
      if (change.kind === "networkInterface")
        seen.add(world.ec2.interfaces.get(change.id)?.groupIds.join(" ") ?? "");
    });
    world.world.clock.advance(60_000);
    expect([...seen]).toEqual([next]);
    expect(enis(world)).toEqual([next, next]);
    expect(world.rds.events.map((event) => event.eventId)).toEqual(["RDS-EVENT-0009", "RDS-EVENT-0010"]);
  });

  it("is refused while the first change runs", async () => {
    const world = rdsWorld();
    const [a, b] = [world.group("a"), world.group("b")];
    seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets, groups: [a] });
    const modify = (groups: string[]) =>
      codeOf(
        world.client.send(
          new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: groups }),
        ),
      );
    expect(await modify([a, b])).toBe("ok");
    expect(await modify([b])).toBe("InvalidDBInstanceStateFault InvalidDBInstanceState 400");
    world.world.clock.advance(30_000);
    expect(await modify([b])).toBe("ok");
  });

  it.each([
    ["available", "ok"],
    ["backing-up", "ok"],
    ["storage-optimization", "ok"],
    ["stopped", "InvalidDBInstanceStateFault InvalidDBInstanceState 400"],
    ["failed", "InvalidDBInstanceStateFault InvalidDBInstanceState 400"],
    ["rebooting", "InvalidDBInstanceStateFault InvalidDBInstanceState 400"],
    ["incompatible-network", "InvalidDBInstanceStateFault InvalidDBInstanceState 400"],
  ])("in status %s -> %s", async (status, want) => {
    const world = rdsWorld();
    const group = world.group("a");
    seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets });
    setInstanceStatus(world.rds, "db", status);
    const command = new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: [group] });
    expect(await codeOf(world.client.send(command))).toBe(want);
  });

  it("refuses unknown groups, groups of another VPC, too many, members of clusters and unknown names", async () => {
    const world = rdsWorld();
    const elsewhere = world.group("elsewhere", world.far.vpcId);
    const six = Array.from({ length: 6 }, (_, index) => world.group(`g${index}`));
    seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets });
    seedInstance(world.rds, { identifier: "custom", engine: "custom-oracle-ee", subnets: world.subnets });
    seedCluster(world.rds, { identifier: "aurora", engine: "aurora-mysql", subnets: world.subnets });
    const modify = (id: string, groups: string[]) =>
      codeOf(
        world.client.send(
          new ModifyDBInstanceCommand({ DBInstanceIdentifier: id, VpcSecurityGroupIds: groups }),
        ),
      );
    const one = six.slice(0, 1);
    expect(await modify("db", ["sg-0123456789abcdef0"])).toBe(
      "InvalidParameterValue InvalidParameterValue 400",
    );
    expect(await modify("db", [elsewhere])).toBe(
      "InvalidParameterCombination InvalidParameterCombination 400",
    );
    expect(await modify("db", six)).toMatch(/QuotaExceeded.DBSecurityGroup 400$/);
    expect(await modify("custom", one)).toBe("InvalidParameterCombination InvalidParameterCombination 400");
    expect(await modify("aurora-instance-1", one)).toBe(
      "InvalidParameterCombination InvalidParameterCombination 400",
    );
    expect(await modify("nobody", one)).toBe("DBInstanceNotFoundFault DBInstanceNotFound 404");
    expect(await modify("db", six.slice(0, 5))).toBe("ok");
  });

  it("flushes pending values with ApplyImmediately, and writes it down", async () => {
    const world = rdsWorld();
    const pending = { DBInstanceClass: "db.r6g.4xlarge" };
    seedInstance(world.rds, {
      identifier: "db",
      engine: "mysql",
      subnets: world.subnets,
      pendingModifiedValues: pending,
    });
    const groups = [world.group("a")];
    await world.client.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: groups }),
    );
    expect(world.rds.sideEffects).toEqual([]);
    expect(world.rds.instance("db").pendingModifiedValues).toEqual(pending);
    world.world.clock.advance(30_000);

    await world.client.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: "db",
        VpcSecurityGroupIds: groups,
        ApplyImmediately: true,
        DBParameterGroupName: "mine",
      }),
    );
    expect(world.rds.sideEffects.map(({ kind, parameters }) => ({ kind, parameters }))).toEqual([
      { kind: "requested", parameters: { DBParameterGroupName: "mine" } },
      { kind: "flushed", parameters: pending },
      { kind: "appliedImmediately", parameters: pending },
    ]);
    expect(world.rds.instance("db").dbInstanceClass).toBe("db.r6g.4xlarge");
    expect(world.rds.instance("db").parameterApplyStatus).toBe("pending-reboot");
  });
});

describe("ModifyDBCluster", () => {
  it("shows the new group active at once while members are removing and adding", async () => {
    const world = rdsWorld();
    const [old, next] = [world.group("old"), world.group("next")];
    seedCluster(world.rds, {
      identifier: "aurora",
      engine: "aurora-mysql",
      subnets: world.subnets,
      groups: [old],
    });
    const modify = () =>
      world.client.send(
        new ModifyDBClusterCommand({ DBClusterIdentifier: "aurora", VpcSecurityGroupIds: [next] }),
      );

    const { DBCluster } = await modify();
    expect(DBCluster?.Status).toBe("available");
    expect(DBCluster?.VpcSecurityGroups).toEqual([{ VpcSecurityGroupId: next, Status: "active" }]);
    const changing = { status: "available", groups: [`${old} removing`, `${next} adding`].sort() };
    expect(await states(world, "aurora-instance-1")).toEqual(changing);
    expect(await states(world, "aurora-instance-2")).toEqual(changing);
    expect(await codeOf(modify())).toBe("InvalidDBClusterStateFault InvalidDBClusterStateFault 400");

    world.world.clock.advance(10_000);
    expect(enis(world)).toEqual([next, old]);
    world.world.clock.advance(1_000);
    expect(enis(world)).toEqual([next, next]);
    world.world.clock.advance(30_000);
    expect(await states(world, "aurora-instance-2")).toEqual({
      status: "available",
      groups: [`${next} active`],
    });
  });

  it.each([
    ["docdb", 27_017, 2],
    ["neptune", 8182, 2],
    ["aurora-postgresql", 5432, 2],
    ["postgres", 5432, 3],
  ])("%s on port %d has %d members with an interface each", async (engine, port, count) => {
    const world = rdsWorld();
    seedCluster(world.rds, { identifier: "c", engine, subnets: world.subnets, tags: { team: "x" } });
    const { DBClusters } = await world.client.send(new DescribeDBClustersCommand({}));
    const [cluster] = DBClusters ?? [];
    expect(cluster).toMatchObject({
      Port: port,
      Engine: engine,
      DBSubnetGroup: "c-subnets",
      VPCNetworkingEnabled: true,
    });
    expect(cluster?.DBClusterMembers?.map((member) => member.IsClusterWriter)).toEqual([
      true,
      ...Array(count - 1).fill(false),
    ]);
    expect(cluster?.TagList).toEqual([{ Key: "team", Value: "x" }]);
    expect(enis(world)).toHaveLength(count);
    const filter = { Name: "db-cluster-id", Values: ["c"] };
    const { DBInstances } = await world.client.send(new DescribeDBInstancesCommand({ Filters: [filter] }));
    expect(DBInstances).toHaveLength(count);
    expect(DBInstances?.[0]?.DbInstancePort).toBe(0);
  });

  it.each([
    { status: "available", want: "ok" },
    { status: "backing-up", want: "ok" },
    { status: "stopped", want: "InvalidDBClusterStateFault InvalidDBClusterStateFault 400" },
    { status: "failing-over", want: "InvalidDBClusterStateFault InvalidDBClusterStateFault 400" },
  ])("in status $status -> $want", async ({ status, want }) => {
    const world = rdsWorld();
    const seed = { identifier: "c", engine: "aurora-mysql", subnets: world.subnets };
    seedCluster(world.rds, seed);
    setClusterStatus(world.rds, "c", status);
    const groups = [world.group("a")];
    const command = new ModifyDBClusterCommand({ DBClusterIdentifier: "c", VpcSecurityGroupIds: groups });
    expect(await codeOf(world.client.send(command))).toBe(want);
  });

  it("may be told to show modifying members, and to accept a second call meanwhile", async () => {
    const world = rdsWorld();
    const lenient = { memberStatusDuringChange: "modifying", clusterBusyWhileChanging: false } as const;
    world.rds.behaviour = { ...world.rds.behaviour, ...lenient };
    seedCluster(world.rds, { identifier: "c", engine: "aurora-mysql", subnets: world.subnets });
    for (const name of ["a", "b"]) {
      const groups = [world.group(name)];
      await world.client.send(
        new ModifyDBClusterCommand({ DBClusterIdentifier: "c", VpcSecurityGroupIds: groups }),
      );
      expect((await states(world, "c-instance-1")).status).toBe("modifying");
    }
    world.world.clock.advance(60_000);
    expect((await states(world, "c-instance-1")).status).toBe("available");
  });

  it("is throttled when a fault says so", async () => {
    const world = rdsWorld();
    seedCluster(world.rds, { identifier: "c", engine: "aurora-mysql", subnets: world.subnets });
    const error = { code: "Throttling", httpStatus: 400, message: "Rate exceeded" };
    world.sandbox.faults.add({ match: { operation: "ModifyDBCluster" }, when: "before", error, times: 1 });
    const groups = [world.group("a")];
    const modify = () =>
      codeOf(
        world.client.send(
          new ModifyDBClusterCommand({ DBClusterIdentifier: "c", VpcSecurityGroupIds: groups }),
        ),
      );
    expect(await modify()).toBe("Throttling Throttling 400");
    expect(await modify()).toBe("ok");
  });

  it("has neither groups nor interfaces without VPC networking", async () => {
    const world = rdsWorld();
    const seed = {
      identifier: "express",
      engine: "aurora-postgresql",
      subnets: world.subnets,
      vpcNetworkingEnabled: false,
    };
    seedCluster(world.rds, seed);
    const { DBClusters } = await world.client.send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: "express" }),
    );
    expect(DBClusters?.[0]).toMatchObject({ VPCNetworkingEnabled: false, VpcSecurityGroups: [] });
    const command = new ModifyDBClusterCommand({
      DBClusterIdentifier: "express",
      VpcSecurityGroupIds: [world.group("a")],
    });
    expect(await codeOf(world.client.send(command))).toBe(
      "InvalidParameterCombination InvalidParameterCombination 400",
    );
    const missing = new DescribeDBClustersCommand({ DBClusterIdentifier: "nobody" });
    expect(await codeOf(world.client.send(missing))).toBe(
      "DBClusterNotFoundFault DBClusterNotFoundFault 404",
    );
  });
});

describe("proxies", () => {
  it("change their groups through SecurityGroups, endpoints through VpcSecurityGroupIds", async () => {
    const world = rdsWorld();
    const [old, next] = [world.group("old"), world.group("next")];
    seedProxy(world.rds, { name: "front", engineFamily: "MYSQL", subnetIds: world.subnets, groups: [old] });
    const endpoint = {
      name: "reader",
      proxyName: "front",
      subnetIds: world.far.subnets.slice(0, 1),
      groups: [world.group("far", world.far.vpcId)],
    };
    seedProxyEndpoint(world.rds, endpoint);
    const { DBProxies } = await world.client.send(new DescribeDBProxiesCommand({}));
    expect(DBProxies?.[0]).toMatchObject({
      Status: "available",
      VpcSecurityGroupIds: [old],
      VpcId: world.vpcId,
    });
    expect(world.ec2.interfaces.values().map((eni) => eni.description)).toEqual(
      Array(3).fill("Network interface for DBProxy front"),
    );

    const modify = () =>
      world.client.send(new ModifyDBProxyCommand({ DBProxyName: "front", SecurityGroups: [next] }));
    expect((await modify()).DBProxy).toMatchObject({ Status: "modifying", VpcSecurityGroupIds: [next] });
    expect(await codeOf(modify())).toBe("InvalidDBProxyStateFault InvalidDBProxyStateFault 400");
    expect(enis(world).slice(0, 2)).toEqual([old, old]);
    world.world.clock.advance(30_000);
    expect(enis(world).slice(0, 2)).toEqual([next, next]);
    expect((await world.client.send(new DescribeDBProxiesCommand({}))).DBProxies?.[0]?.Status).toBe(
      "available",
    );

    const far = [world.group("far2", world.far.vpcId)];
    await world.client.send(
      new ModifyDBProxyEndpointCommand({ DBProxyEndpointName: "reader", VpcSecurityGroupIds: far }),
    );
    const { DBProxyEndpoints } = await world.client.send(
      new DescribeDBProxyEndpointsCommand({ DBProxyName: "front" }),
    );
    expect(DBProxyEndpoints?.[0]).toMatchObject({
      VpcId: world.far.vpcId,
      VpcSecurityGroupIds: far,
      IsDefault: false,
    });
  });
});

describe("tags", () => {
  it.each([
    ["moat:original-groups", "sg-1 sg-2", "ok"],
    ["moat:database", "arn:aws:rds:us-east-1:111122223333:db:orders", "ok"],
    ["list", "sg-1,sg-2", "InvalidParameterValue InvalidParameterValue 400"],
    ["aws:mine", "x", "InvalidParameterValue InvalidParameterValue 400"],
    ["rds:mine", "x", "InvalidParameterValue InvalidParameterValue 400"],
    ["long", "x".repeat(257), "InvalidParameterValue InvalidParameterValue 400"],
  ])("%s = %s -> %s", async (Key, Value, want) => {
    const world = rdsWorld();
    const { arn } = seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets });
    const command = new AddTagsToResourceCommand({ ResourceName: arn, Tags: [{ Key, Value }] });
    expect(await codeOf(world.client.send(command))).toBe(want);
  });

  it("come back in describe calls, except for proxies, and go away again", async () => {
    const world = rdsWorld();
    const db = seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets });
    const proxy = seedProxy(world.rds, { name: "front", engineFamily: "MYSQL", subnetIds: world.subnets });
    const Tags = [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "2" },
    ];
    for (const ResourceName of [db.arn, proxy.arn])
      await world.client.send(new AddTagsToResourceCommand({ ResourceName, Tags }));
    await world.client.send(
      new RemoveTagsFromResourceCommand({ ResourceName: proxy.arn, TagKeys: ["a", "zzz"] }),
    );
    const { DBInstances } = await world.client.send(new DescribeDBInstancesCommand({}));
    expect(DBInstances?.[0]?.TagList).toEqual(Tags);
    const { TagList } = await world.client.send(new ListTagsForResourceCommand({ ResourceName: proxy.arn }));
    expect(TagList).toEqual([{ Key: "b", Value: "2" }]);
    const gone = new ListTagsForResourceCommand({ ResourceName: `${db.arn}-gone` });
    expect(await codeOf(world.client.send(gone))).toBe("DBInstanceNotFoundFault DBInstanceNotFound 404");
  });
});

describe("DescribeDBInstances", () => {
  it("pages by marker and has unique resource ids", async () => {
    const world = rdsWorld();
    for (let index = 0; index < 45; index += 1) {
      seedInstance(world.rds, { identifier: `db-${index}`, engine: "mysql", subnets: world.subnets });
    }
    const ids = new Set<string | undefined>();
    let pages = 0;
    for await (const answer of paginateDescribeDBInstances({ client: world.client, pageSize: 20 }, {})) {
      pages += 1;
      for (const instance of answer.DBInstances ?? []) ids.add(instance.DbiResourceId);
    }
    expect({ pages, ids: ids.size }).toEqual({ pages: 3, ids: 45 });
    const tooFew = new DescribeDBInstancesCommand({ MaxRecords: 5 });
    expect(await codeOf(world.client.send(tooFew))).toBe("InvalidParameterValue InvalidParameterValue 400");
  });

  it("filters by id, resource id and engine, and knows subnet groups and events", async () => {
    const world = rdsWorld();
    const a = seedInstance(world.rds, {
      identifier: "a",
      engine: "mysql",
      subnets: world.subnets,
      port: 3307,
    });
    seedInstance(world.rds, { identifier: "b", engine: "postgres", subnets: "a-subnets" });
    const find = async (Name: string, Value: string) => {
      const answer = await world.client.send(
        new DescribeDBInstancesCommand({ Filters: [{ Name, Values: [Value] }] }),
      );
      return answer.DBInstances?.map((instance) => instance.DBInstanceIdentifier);
    };
    expect(await find("db-instance-id", "A")).toEqual(["a"]);
    expect(await find("dbi-resource-id", a.resourceId)).toEqual(["a"]);
    expect(await find("engine", "postgres")).toEqual(["b"]);
    const { DBInstances } = await world.client.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: a.arn }),
    );
    expect(DBInstances?.[0]?.Endpoint).toMatchObject({ Port: 3307, Address: a.endpointAddress });
    const groups = await world.client.send(new DescribeDBSubnetGroupsCommand({}));
    expect(groups.DBSubnetGroups?.[0]?.Subnets?.map((subnet) => subnet.SubnetIdentifier)).toEqual(
      world.subnets,
    );
    expect(groups.DBSubnetGroups?.[0]?.VpcId).toBe(world.vpcId);
    expect((await world.client.send(new DescribeEventsCommand({}))).Events).toEqual([]);
  });
});
