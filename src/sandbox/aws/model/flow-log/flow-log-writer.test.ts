import { gunzipSync } from "node:zlib";
import { CreateFlowLogsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { createSandboxAws } from "../../sandbox-aws.ts";
import { clientConfig } from "../../testing/rds-world.ts";
import { loggingInterface } from "../network/attempt.ts";
import { seedInstance } from "../rds/seed-instance.ts";
import { deliverFile } from "./deliver-file.ts";
import { DEFAULT_FIELDS, parseLogFormat } from "./fields.ts";
import { flowLogWriter } from "./flow-log-writer.ts";
import { type TrafficSketch, trafficOn } from "./interface-traffic.ts";

const MISSION =
  "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type".split(" ");
const formatOf = (fields: readonly string[]) => fields.map((field) => `\${${field}}`).join(" ");

function setUp() {
  const sandbox = createSandboxAws({ region: "us-east-1" });
  const { vpcId } = sandbox.seed.vpc({ cidrBlock: "10.0.0.0/16" });
  const { subnetId } = sandbox.seed.subnet({
    vpcId,
    cidrBlock: "10.0.0.0/24",
    availabilityZone: "us-east-1b",
  });
  const rules = [{ port: 5432, cidr: "10.0.0.0/25" }];
  const { groupId } = sandbox.seed.securityGroup({ groupName: "db", vpcId, rules });
  const seed = {
    identifier: "orders",
    engine: "postgres",
    subnets: [subnetId],
    groups: [groupId],
    addresses: ["10.0.0.50"],
  };
  const database = seedInstance(sandbox.rds(), seed);
  const interfaceId = database.interfaces[0]?.networkInterfaceId ?? "";
  const eni = sandbox.ec2().interfaces.get(interfaceId);
  if (eni === undefined) throw new Error("the database has no interface");
  sandbox.s3.createBucket({
    name: "flow-logs",
    accountId: sandbox.world.defaultAccountId,
    region: "us-east-1",
  });
  const on = loggingInterface({ ec2: sandbox.ec2(), eni });
  const writer = sandbox.world.part(flowLogWriter);
  const ec2 = new EC2Client(clientConfig(sandbox));
  const subscribe = async (fields: readonly string[], more: object = {}) => {
    const answer = await ec2.send(
      new CreateFlowLogsCommand({
        ResourceIds: [vpcId],
        ResourceType: "VPC",
        TrafficType: "ALL",
        LogDestinationType: "s3",
        LogDestination: "arn:aws:s3:::flow-logs",
        LogFormat: formatOf(fields),
        MaxAggregationInterval: 60,
        ...more,
      }),
    );
    return answer.FlowLogIds?.[0];
  };
  const lines = () =>
    sandbox.s3.objects("flow-logs").map((object) => gunzipSync(object.body).toString().trimEnd().split("\n"));
  return { sandbox, vpcId, subnetId, on, writer, subscribe, lines, startMs: sandbox.clock.now() };
}

/** The lines of the first file for one described conversation, in the mission's ten columns, without the header. */
async function tenColumns(sketch: Omit<TrafficSketch, "startMs"> & { readonly startMs?: number }) {
  const world = setUp();
  world.writer.noData = false;
  await world.subscribe(MISSION);
  world.writer.observe(trafficOn(world.on, { startMs: world.startMs, ...sketch }));
  world.sandbox.clock.advance(3_600_000);
  world.writer.deliver();
  return world.lines().flatMap((file) => file.slice(1));
}

const client = { from: "10.0.0.7", to: "10.0.0.50", port: 5432, fromPort: 51_744 };

describe("what one conversation becomes", () => {
  it.each<{ name: string; sketch: Omit<TrafficSketch, "startMs">; want: readonly string[] }>([
    {
      name: "a short connection",
      sketch: client,
      want: [
        "10.0.0.7 10.0.0.50 5432 6 3 10.0.0.7 10.0.0.50 51744 ACCEPT IPv4",
        "10.0.0.50 10.0.0.7 51744 6 19 10.0.0.50 10.0.0.7 5432 ACCEPT IPv4",
      ],
    },
    {
      name: "a connection that opens, goes on, and ends two minutes later",
      sketch: { ...client, durationMs: 180_000, packets: 30 },
      want: [
        "10.0.0.7 10.0.0.50 5432 6 2 10.0.0.7 10.0.0.50 51744 ACCEPT IPv4",
        "10.0.0.50 10.0.0.7 51744 6 18 10.0.0.50 10.0.0.7 5432 ACCEPT IPv4",
        "10.0.0.7 10.0.0.50 5432 6 0 10.0.0.7 10.0.0.50 51744 ACCEPT IPv4",
        "10.0.0.50 10.0.0.7 51744 6 0 10.0.0.50 10.0.0.7 5432 ACCEPT IPv4",
        "10.0.0.7 10.0.0.50 5432 6 1 10.0.0.7 10.0.0.50 51744 ACCEPT IPv4",
        "10.0.0.50 10.0.0.7 51744 6 1 10.0.0.50 10.0.0.7 5432 ACCEPT IPv4",
      ],
    },
    {
      name: "a piece of a pooled session",
      sketch: { ...client, opens: false, ends: "not", durationMs: 60_000 },
      want: [
        "10.0.0.7 10.0.0.50 5432 6 0 10.0.0.7 10.0.0.50 51744 ACCEPT IPv4",
        "10.0.0.50 10.0.0.7 51744 6 0 10.0.0.50 10.0.0.7 5432 ACCEPT IPv4",
      ],
    },
    {
      name: "a refused attempt",
      sketch: { ...client, action: "REJECT" },
      want: ["10.0.0.7 10.0.0.50 5432 6 2 10.0.0.7 10.0.0.50 51744 REJECT IPv4"],
    },
    {
      name: "a connection that the server resets",
      sketch: { ...client, ends: "destinationReset" },
      want: [
        "10.0.0.7 10.0.0.50 5432 6 2 10.0.0.7 10.0.0.50 51744 ACCEPT IPv4",
        "10.0.0.50 10.0.0.7 51744 6 22 10.0.0.50 10.0.0.7 5432 ACCEPT IPv4",
      ],
    },
    {
      name: "UDP",
      sketch: { ...client, protocol: 17, returnPackets: 0 },
      want: ["10.0.0.7 10.0.0.50 5432 17 0 10.0.0.7 10.0.0.50 51744 ACCEPT IPv4"],
    },
    {
      name: "IPv6",
      sketch: { ...client, from: "2001:db8::7", to: "2001:db8::50", action: "REJECT" },
      want: ["2001:db8::7 2001:db8::50 5432 6 2 2001:db8::7 2001:db8::50 51744 REJECT IPv6"],
    },
    {
      name: "a consumer behind NAT, on the NAT's interface",
      sketch: { ...client, side: "source", from: "10.0.0.9", pktSrcaddr: "10.9.1.1", returnPackets: 0 },
      want: ["10.0.0.9 10.0.0.50 5432 6 3 10.9.1.1 10.0.0.50 51744 ACCEPT IPv4"],
    },
  ])("$name", async ({ sketch, want }) => {
    expect(await tenColumns(sketch)).toEqual(want);
  });
});

describe("the writer", () => {
  it("serves a flow log of the VPC with what the network model let through and refused", async () => {
    const { sandbox, writer, subscribe, lines } = setUp();
    writer.noData = false;
    const flowLogId = await subscribe([
      "interface-id",
      "srcaddr",
      "dstport",
      "action",
      "tcp-flags",
      "log-status",
      "version",
    ]);
    sandbox.network.connect({ source: "10.0.0.7", destination: "10.0.0.50", port: 5432 });
    sandbox.network.connect({ source: "10.0.0.200", destination: "10.0.0.50", port: 5432 });
    expect(writer.deliver()).toEqual([]);
    sandbox.clock.advance(300_000);
    const [file, ...more] = writer.deliver();
    expect(more).toEqual([]);
    expect(file?.key).toMatch(
      new RegExp(
        `^AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/01/05/111122223333_vpcflowlogs_us-east-1_${flowLogId}_20260105T0900Z_[0-9a-f]{8}\\.log\\.gz$`,
      ),
    );
    const [header, ...records] = lines()[0] ?? [];
    expect(header).toBe("interface-id srcaddr dstport action tcp-flags log-status version");
    expect(records.map((line) => line.replace(/^eni-\w+/, "eni"))).toEqual([
      "eni 10.0.0.7 5432 ACCEPT 3 OK 3",
      expect.stringMatching(/^eni 10.0.0.50 \d+ ACCEPT 19 OK 3$/),
      "eni 10.0.0.200 5432 REJECT 2 OK 3",
    ]);
    expect(writer.deliver()).toEqual([]);
  });

  it("tells silence, and loss, in the default format", async () => {
    const { sandbox, writer, subscribe, lines, on, startMs } = setUp();
    const flowLogId = await subscribe(DEFAULT_FIELDS, { TrafficType: "REJECT" });
    writer.observe(trafficOn(on, { ...client, startMs }));
    writer.skipData(on, startMs + 60_000, startMs + 119_999);
    sandbox.clock.advance(300_000);
    writer.deliver();
    const start = startMs / 1000;
    const status = (from: number, text: string) =>
      `2 111122223333 ${on.interfaceId} - - - - - - - ${start + from} ${start + from + 59} - ${text}`;
    expect(flowLogId).toMatch(/^fl-/);
    // The accepted connection is not for this flow log; yet its minute was not silent.
    expect(lines()[0]?.slice(1)).toEqual([
      status(60, "SKIPDATA"),
      status(120, "NODATA"),
      status(180, "NODATA"),
      status(240, "NODATA"),
    ]);
  });

  it("delivers each piece of a long session once, and latecomers in a second file", async () => {
    const { sandbox, writer, subscribe, lines, on, startMs } = setUp();
    writer.noData = false;
    await subscribe(["start", "packets"]);
    writer.observe(
      trafficOn(on, { ...client, startMs, durationMs: 600_000, packets: 100, returnPackets: 0 }),
    );
    sandbox.clock.advance(300_000);
    expect(writer.deliver()).toHaveLength(1);
    sandbox.clock.advance(300_000);
    writer.observe(trafficOn(on, { ...client, startMs, action: "REJECT", packets: 7 }));
    expect(writer.deliver()).toHaveLength(2);
    const records = lines().flatMap((file) => file.slice(1));
    const total = records.reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
    expect({ files: lines().length, records: records.length, total }).toEqual({
      files: 3,
      records: 11,
      total: 107,
    });
  });

  it.each([
    { perHour: false, hive: false, want: /^logs\/AWSLogs\/\d+\/vpcflowlogs\/us-east-1\/2026\/01\/05\/\d+_/ },
    {
      perHour: true,
      hive: false,
      want: /^logs\/AWSLogs\/\d+\/vpcflowlogs\/us-east-1\/2026\/01\/05\/09\/\d+_/,
    },
    {
      perHour: true,
      hive: true,
      want: /^logs\/AWSLogs\/aws-account-id=\d+\/aws-service=vpcflowlogs\/aws-region=us-east-1\/year=2026\/month=01\/day=05\/hour=09\/\d+_/,
    },
  ])("lays files out with perHour $perHour and hive $hive", async ({ perHour, hive, want }) => {
    const { sandbox, writer, subscribe, on, startMs } = setUp();
    const DestinationOptions = {
      FileFormat: "plain-text",
      HiveCompatiblePartitions: hive,
      PerHourPartition: perHour,
    };
    await subscribe(MISSION, { LogDestination: "arn:aws:s3:::flow-logs/logs/", DestinationOptions });
    writer.observe(trafficOn(on, { ...client, startMs }));
    sandbox.clock.advance(300_000);
    expect(writer.deliver()[0]?.key).toMatch(want);
  });

  it("writes a file without any flow log in EC2", () => {
    const { sandbox, on, startMs } = setUp();
    const target = {
      bucket: "flow-logs",
      accountId: "1",
      region: "us-east-1",
      flowLogId: "fl-1",
      fields: MISSION,
    };
    const nothing = { logStatus: "NODATA" as const, on, startMs, endMs: startMs };
    const { key } = deliverFile(sandbox.s3, target, startMs, [nothing]);
    const text = gunzipSync(sandbox.s3.getObject("flow-logs", key).body).toString();
    expect(text).toBe(`${MISSION.join(" ")}\n- - - - - - - - - -\n`);
  });

  it("reaches a consumer by way of the bucket and its queue", async () => {
    const { sandbox, writer, subscribe } = setUp();
    writer.noData = false;
    await subscribe(MISSION);
    const queue = sandbox.sqs().createQueue("arrivals");
    const notification = {
      id: "all",
      queueArn: queue.arn,
      events: ["s3:ObjectCreated:*"],
      prefix: "AWSLogs/",
    };
    sandbox.s3Notifications.configure("flow-logs", [notification]);
    sandbox.network.connect({ source: "10.0.0.7", destination: "10.0.0.50", port: 5432 });
    sandbox.clock.advance(300_000);
    writer.deliver();
    const sqs = new SQSClient(clientConfig(sandbox));
    const QueueUrl = "https://sqs.us-east-1.amazonaws.com/111122223333/arrivals";
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const { s3 } = JSON.parse(Messages?.at(-1)?.Body ?? "").Records[0];
    const object = { Bucket: s3.bucket.name, Key: decodeURIComponent(s3.object.key) };
    const got = await new S3Client(clientConfig(sandbox)).send(new GetObjectCommand(object));
    const text = gunzipSync((await got.Body?.transformToByteArray()) ?? "").toString();
    expect(text.split("\n")[1]).toMatch(/^10\.0\.0\.7 10\.0\.0\.50 5432 6 3 /);
  });

  it("reads formats", () => {
    expect(parseLogFormat(formatOf(MISSION))).toEqual(MISSION);
    expect(DEFAULT_FIELDS).toHaveLength(14);
  });
});
