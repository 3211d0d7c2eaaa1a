import {
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, it } from "vitest";
import { rdsWorld } from "../../testing/rds-world.ts";
import { createFlowLogs, DEFAULT_LOG_FORMAT } from "../ec2/flow-logs.ts";
import { eventBridgeEvent } from "./event-bridge.ts";
import { failoverCluster, failoverInstance, replaceInterface, resolveEndpoint } from "./failover.ts";
import {
  createInstance,
  createReadReplica,
  deleteCluster,
  deleteInstance,
  rebootInstance,
  restoreInstance,
  startInstance,
  stopInstance,
} from "./lifecycle.ts";
import { renameInstance } from "./rename.ts";
import { addReader, seedCluster } from "./seed-cluster.ts";
import { seedInstance } from "./seed-instance.ts";

type World = ReturnType<typeof rdsWorld>;

const statusOf = async (world: World, DBInstanceIdentifier: string) => {
  const { DBInstances } = await world.client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
  return DBInstances?.[0]?.DBInstanceStatus;
};
const addresses = (world: World, name: string | undefined) =>
  resolveEndpoint(world.rds, name ?? "").map((eni) => eni.privateIpAddress);

describe("failover", () => {
  it.each([1, 2] as const)(
    "of a Multi-AZ instance with %d interface(s) changes the address, not the groups",
    (count) => {
      const world = rdsWorld();
      world.rds.behaviour = { ...world.rds.behaviour, multiAzInterfaces: count };
      const group = world.group("db");
      const seed = {
        identifier: "db",
        engine: "mysql",
        subnets: world.subnets,
        groups: [group],
        multiAz: true,
      };
      const { endpointAddress } = seedInstance(world.rds, seed);
      const before = addresses(world, endpointAddress);
      const after = failoverInstance(world.rds, "db");
      expect(addresses(world, endpointAddress)).not.toEqual(before);
      expect(after.interfaces).toHaveLength(count);
      expect(world.ec2.interfaces.values().map((eni) => eni.groupIds)).toEqual(Array(count).fill([group]));
      expect(world.rds.events.map((event) => event.eventId)).toEqual(["RDS-EVENT-0049"]);
    },
  );

  it("of a cluster swaps the writer", () => {
    const world = rdsWorld();
    const { endpoints } = seedCluster(world.rds, {
      identifier: "c",
      engine: "aurora-mysql",
      subnets: world.subnets,
    });
    const [writer, reader] = [addresses(world, endpoints.writer), addresses(world, endpoints.reader)];
    failoverCluster(world.rds, "c");
    expect(addresses(world, endpoints.writer)).toEqual(reader);
    expect(addresses(world, endpoints.reader)).toEqual(writer);
  });

  it("in the middle of a change gives the new interface what is in force, and then the rest", async () => {
    const world = rdsWorld();
    const [old, next] = [world.group("old"), world.group("next")];
    seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets, groups: [old] });
    await world.client.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: [next] }),
    );
    replaceInterface(world.rds, "db");
    expect(world.ec2.interfaces.values().map((eni) => eni.groupIds)).toEqual([[old]]);
    world.world.clock.advance(60_000);
    expect(world.ec2.interfaces.values().map((eni) => eni.groupIds)).toEqual([[next]]);
  });
});

describe("the life of an instance", () => {
  it("begins without an endpoint, and shows each state on the way", async () => {
    const world = rdsWorld();
    createInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets });
    expect(world.rds.instance("db").endpointAddress).toBeUndefined();
    const seen = [await statusOf(world, "db")];
    for (const act of [
      undefined,
      stopInstance,
      undefined,
      startInstance,
      undefined,
      rebootInstance,
      undefined,
    ]) {
      if (act === undefined) world.world.clock.advance(120_000);
      else act(world.rds, "db");
      seen.push(await statusOf(world, "db"));
    }
    expect(seen.join(" ")).toBe("creating available stopping stopped starting available rebooting available");
    expect(world.rds.instance("db").endpointAddress).toMatch(/^db\.\w+\.us-east-1\.rds\.amazonaws\.com$/);
  });

  it("restores with the default group, replicates with the source's groups", () => {
    const world = rdsWorld();
    const group = world.group("db");
    const source = seedInstance(world.rds, {
      identifier: "db",
      engine: "mysql",
      subnets: world.subnets,
      groups: [group],
    });
    const restored = restoreInstance(world.rds, "db", "copy");
    const replica = createReadReplica(world.rds, "db", "replica");
    expect(restored.assignment.groups).toEqual([world.sandbox.seed.defaultGroup(world.vpcId).groupId]);
    expect(replica.assignment.groups).toEqual([group]);
    expect(world.rds.instance("db").readReplicas).toEqual(["replica"]);
    expect(new Set([source, restored, replica].map((instance) => instance.resourceId)).size).toBe(3);
  });

  it("keeps its resource id under another name, which the old name's successor does not have", () => {
    const world = rdsWorld();
    const seed = { identifier: "db", engine: "mysql", subnets: world.subnets };
    const first = seedInstance(world.rds, seed);
    const renamed = renameInstance(world.rds, first, "DB-Old");
    const second = seedInstance(world.rds, { ...seed, subnets: "db-subnets" });
    expect(renamed).toMatchObject({ identifier: "db-old", resourceId: first.resourceId });
    expect(second.arn).toBe(first.arn);
    expect(second.resourceId).not.toBe(first.resourceId);
  });

  it("ends with its interfaces, and frees its cluster of a member", () => {
    const world = rdsWorld();
    seedCluster(world.rds, { identifier: "c", engine: "aurora-mysql", subnets: world.subnets });
    addReader(world.rds, "c", "late");
    deleteInstance(world.rds, "c-instance-1");
    expect(world.rds.cluster("c")).toMatchObject({
      members: ["c-instance-2", "late"],
      writer: "c-instance-2",
    });
    deleteCluster(world.rds, "c");
    expect(world.ec2.interfaces.size + world.rds.instances.size + world.rds.clusters.size).toBe(0);
  });
});

it("answers the past under a stale read", async () => {
  const world = rdsWorld();
  const [old, next] = [world.group("old"), world.group("next")];
  seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets, groups: [old] });
  world.world.clock.advance(5_000);
  await world.client.send(
    new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: [next] }),
  );
  world.world.clock.advance(1_000);
  world.sandbox.faults.addStaleRead({ match: { operation: "DescribeDBInstances" }, ageMs: 3_000, times: 1 });
  expect([await statusOf(world, "db"), await statusOf(world, "db")]).toEqual(["available", "modifying"]);
});

it("leaves a CloudTrail event of each write, and RDS events in EventBridge's words", async () => {
  const world = rdsWorld();
  const group = world.group("db");
  seedCluster(world.rds, { identifier: "c", engine: "aurora-mysql", subnets: world.subnets });
  await world.client.send(
    new ModifyDBClusterCommand({ DBClusterIdentifier: "c", VpcSecurityGroupIds: [group] }),
  );
  expect(world.sandbox.cloudTrail.events).toMatchObject([
    {
      eventName: "ModifyDBCluster",
      requestParameters: { dBClusterIdentifier: "c", vpcSecurityGroupIds: [group] },
    },
  ]);
  world.world.clock.advance(60_000);
  const [event] = world.rds.events;
  if (event === undefined) throw new Error("no event");
  expect(eventBridgeEvent(event, "1")).toMatchObject({
    "detail-type": "RDS DB Instance Event",
    source: "aws.rds",
    account: "111122223333",
    region: "us-east-1",
    detail: { EventID: "RDS-EVENT-0009", SourceIdentifier: "c-instance-1", SourceType: "DB_INSTANCE" },
  });
});

it("survives the deletion of a group that it was about to get", async () => {
  const world = rdsWorld();
  const [old, next] = [world.group("old"), world.group("next")];
  seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets, groups: [old] });
  await world.client.send(
    new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: [next] }),
  );
  world.ec2.removeGroup(next);
  world.world.clock.advance(60_000);
  expect(world.ec2.interfaces.values().map((eni) => eni.groupIds)).toEqual([[old]]);
});

it("changes at once when the timing says so, without any clock", async () => {
  const world = rdsWorld();
  world.rds.timing = { ...world.rds.timing, effectiveAfterMs: 0, memberStaggerMs: 0, settledAfterMs: 0 };
  const next = world.group("next");
  seedInstance(world.rds, { identifier: "db", engine: "mysql", subnets: world.subnets });
  seedCluster(world.rds, { identifier: "c", engine: "docdb", subnets: world.subnets });
  await world.client.send(
    new ModifyDBInstanceCommand({ DBInstanceIdentifier: "db", VpcSecurityGroupIds: [next] }),
  );
  await world.client.send(
    new ModifyDBClusterCommand({ DBClusterIdentifier: "c", VpcSecurityGroupIds: [next] }),
  );
  expect(world.ec2.interfaces.values().map((eni) => eni.groupIds)).toEqual([[next], [next], [next]]);
  expect(await statusOf(world, "db")).toBe("available");
});

it("takes the flow log of an interface along when it is replaced", () => {
  const world = rdsWorld();
  const { interfaces } = seedInstance(world.rds, {
    identifier: "db",
    engine: "mysql",
    subnets: world.subnets,
  });
  world.sandbox.seed.bucket("logs");
  const { created } = createFlowLogs(world.ec2, {
    resourceIds: [interfaces[0]?.networkInterfaceId ?? "", world.vpcId],
    resourceType: "NetworkInterface",
    trafficType: "ALL",
    logDestinationType: "s3",
    logDestination: "arn:aws:s3:::logs",
    logGroupName: undefined,
    deliverLogsPermissionArn: undefined,
    logFormat: DEFAULT_LOG_FORMAT,
    maxAggregationInterval: 60,
    fileFormat: "plain-text",
    hiveCompatiblePartitions: false,
    perHourPartition: false,
    tags: [],
  });
  expect(created).toHaveLength(1);
  replaceInterface(world.rds, "db");
  expect(world.ec2.flowLogs.size).toBe(0);
});
