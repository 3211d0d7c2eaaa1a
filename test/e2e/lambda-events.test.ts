import { gunzipSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deleteInstance } from "../../src/sandbox/aws/model/rds/lifecycle.ts";
import { LOG_BUCKET } from "../../src/sandbox/company/build-aws.ts";
import { summary, useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueEvent, type QueueRecord } from "./lambda-lab.ts";
import type { LambdaProcess } from "./lambda-process.ts";

const bundle = useBundle();
let lab: LambdaLab;
let lambda: LambdaProcess;
beforeAll(async () => {
  lab = await lambdaLab(bundle(), { observe: true });
  lambda = await lab.start();
});
afterAll(() => lab.close());
/** The PCE is told a flow once an hour, so that each test has an hour of its own. */
let hours = 0;
beforeEach(() => {
  lab.flows();
  hours += 1;
});

const HEADER = "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type";
const DATABASE = "10.20.9.20";

/** A key as AWS makes it; `name` may hold letters and digits. */
function keyOf(name: string, folder = "AWSLogs"): string {
  const [day, time] = new Date(Date.UTC(2026, 0, 5, hours)).toISOString().split("T");
  const slot = `${day?.replaceAll("-", "")}T${time?.slice(0, 2)}00Z`;
  return `${folder}/111122223333/vpcflowlogs/eu-west-1/${day?.replaceAll("-", "/")}/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_${slot}_${name}.log.gz`;
}

/** The file of one flow log: a first packet from each of these addresses to a database's port. */
const fileOf = (sources: readonly string[]): Uint8Array =>
  gzipSync(
    [
      HEADER,
      ...sources.map((source) => `${source} ${DATABASE} 3306 6 2 ${source} ${DATABASE} 51000 ACCEPT IPv4`),
      "",
    ].join("\n"),
  );

const flowOf = (source: string): string => `${source} > ${DATABASE}:3306/6`;
const WEB = "10.20.1.11";

/** Puts an object; what the bucket says of it comes through the queue. */
async function put(key: string, body: Uint8Array): Promise<QueueEvent> {
  lab.aws.sandbox.s3.putObject(LOG_BUCKET, key, body);
  return lab.receive();
}

const withBody = (record: QueueRecord, body: unknown): QueueRecord => ({
  ...record,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const sns = (message: string) => ({
  Type: "Notification",
  MessageId: "m",
  TopicArn: "arn:aws:sns:eu-west-1:111122223333:logs",
  Subject: "Amazon S3 Notification",
  Message: message,
});

const bridge = (key: string) => ({
  version: "0",
  id: "17793124-05d4-b198-2fde-7ededc63b103",
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "111122223333",
  region: "eu-west-1",
  detail: { version: "0", bucket: { name: LOG_BUCKET }, object: { key, size: 5, sequencer: "0A" } },
});

describe("an object is announced", () => {
  it.each<{ name: string; event: (body: string, key: string, record: QueueRecord) => unknown }>([
    { name: "by S3 itself", event: (body) => JSON.parse(body) },
    { name: "by S3 through a queue", event: (_body, _key, record) => ({ Records: [record] }) },
    {
      name: "by S3 through a topic",
      event: (body) => ({ Records: [{ EventSource: "aws:sns", EventVersion: "1.0", Sns: sns(body) }] }),
    },
    {
      name: "by S3 through a topic and a queue",
      event: (body, _key, record) => ({ Records: [withBody(record, sns(body))] }),
    },
    { name: "by EventBridge", event: (_body, key) => bridge(key) },
    {
      name: "by EventBridge through a queue",
      event: (_body, key, record) => ({ Records: [withBody(record, bridge(key))] }),
    },
    {
      name: "with its slashes encoded",
      event: (body) => JSON.parse(body.replaceAll(/AWSLogs[^"]+/g, (key) => key.replaceAll("/", "%2F"))),
    },
  ])("$name", async ({ event }) => {
    const key = keyOf("a1b2c3d4", "flow logs+ü/AWSLogs");
    const { Records } = await put(key, fileOf([WEB]));
    const [record] = Records;
    if (record === undefined) throw new Error("The bucket told nobody");
    expect(record.body).toContain("flow+logs%2B%C3%BC/AWSLogs");
    const { failed, error, lines } = await lambda.invoke(event(record.body, key, record));
    expect({ failed, error }).toEqual({ failed: [], error: undefined });
    expect(summary(lines)).toMatchObject({ objects: 1, records: 1 });
    expect(lab.flows()).toEqual([flowOf(WEB)]);
  });

  it("several times, and counts once", async () => {
    const { Records } = await put(keyOf("tw1ce"), fileOf([WEB]));
    const [record] = Records;
    if (record === undefined) throw new Error("The bucket told nobody");
    const s3 = JSON.parse(record.body) as { Records: readonly object[] };
    const double = withBody(record, { Records: [...s3.Records, ...s3.Records] });
    const event = { Records: [double, { ...record, messageId: "again" }] };
    const { failed, lines } = await lambda.invoke(event);
    expect(failed).toEqual([]);
    expect(summary(lines)).toMatchObject({ messages: 2, objects: 1, records: 1 });
    expect(lab.flows()).toEqual([flowOf(WEB)]);
  });
});

/** The same as `fileOf`, as AWS writes it in Parquet. */
function parquetOf(sources: readonly string[]): Uint8Array {
  const texts = (value: (source: string) => string) => ({
    type: "STRING" as const,
    data: sources.map(value),
  });
  const numbers = (value: number) => ({ type: "INT32" as const, data: sources.map(() => value) });
  const columnData = [
    { name: "srcaddr", ...texts((source) => source) },
    { name: "dstaddr", ...texts(() => DATABASE) },
    { name: "dstport", ...numbers(3306) },
    { name: "protocol", ...numbers(6) },
    { name: "tcp_flags", ...numbers(2) },
    { name: "srcport", ...numbers(51_000) },
    { name: "action", ...texts(() => "ACCEPT") },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/** What CloudWatch Logs hands to its subscribers. */
const logEventsOf = (sources: readonly string[], start = 1_767_603_600): string =>
  JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: "111122223333",
    logGroup: "vpc",
    logStream: "eni-0a1b2c3d4e5f60718-all",
    subscriptionFilters: ["moat"],
    logEvents: sources.map((source, i) => ({
      id: String(i),
      timestamp: 1000 * start,
      message: `2 111122223333 eni-0a1b2c3d4e5f60718 ${source} ${DATABASE} 51000 3306 6 1 60 ${start} ${start + 59} ACCEPT OK`,
    })),
  });

describe("flow logs come in another form", () => {
  const FIREHOSE = "fh/vpc-1-2026-01-05-09-10-11-0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab";
  const sources = [WEB, "10.20.1.12"];
  it.each([
    {
      name: "Parquet",
      key: keyOf("parqu3t").replace(".log.gz", ".log.parquet"),
      body: () => parquetOf(sources),
    },
    {
      name: "gzip members of a Firehose stream",
      key: FIREHOSE,
      body: () => Buffer.concat(sources.map((source) => gzipSync(logEventsOf([source])))),
    },
  ])("$name", async ({ key, body }) => {
    const { failed, lines } = await lambda.invoke(await put(key, body()));
    expect(failed).toEqual([]);
    expect(summary(lines)).toMatchObject({ level: "INFO", objects: 1, records: 2 });
    expect(lab.flows()).toEqual(sources.map(flowOf));
  });

  it("a subscription of CloudWatch Logs to the function", async () => {
    const dayBefore = 1_767_517_200;
    const data = gzipSync(logEventsOf(sources, dayBefore)).toString("base64");
    const { error, lines } = await lambda.invoke({ awslogs: { data } });
    expect(error).toBeUndefined();
    expect(summary(lines)).toMatchObject({ level: "INFO", objects: 1, records: 2 });
    expect(lab.flows()).toEqual(sources.map(flowOf));
  });

  it("a control message of such a subscription is no work", async () => {
    const control = JSON.stringify({ messageType: "CONTROL_MESSAGE", logEvents: [] });
    const { error, lines } = await lambda.invoke({
      awslogs: { data: gzipSync(control).toString("base64") },
    });
    expect(error).toBeUndefined();
    expect(summary(lines)).toMatchObject({ level: "INFO", records: 0 });
  });
});

describe("an event that is not understood", () => {
  it("fails alone among its messages", async () => {
    const { Records } = await put(keyOf("g00d"), fileOf([WEB]));
    const [record] = Records;
    if (record === undefined) throw new Error("The bucket told nobody");
    const bad = ["not JSON", { hello: "world" }, { Records: [{ s3: { bucket: 1 } }] }, '"text"', "null"];
    const event = {
      Records: [record, ...bad.map((body, i) => ({ ...withBody(record, body), messageId: `bad-${i}` }))],
    };
    const { failed, lines } = await lambda.invoke(event);
    expect([...failed].sort()).toEqual(bad.map((_, i) => `bad-${i}`));
    expect(lab.flows()).toEqual([flowOf(WEB)]);
    expect(summary(lines)).toMatchObject({
      level: "ERROR",
      failed: bad.map((_, i) => ({ id: `bad-${i}`, problem: { code: "EVENT_MALFORMED" } })),
    });
  });

  it.each([null, 7, "text", [], {}, { Records: "none" }, { Records: [{ messageId: 1 }] }])(
    "fails whole when it did not come through a queue: %j",
    async (event) => {
      const before = lab.aws.sandbox.calls.length;
      const { error } = await lambda.invoke(event);
      expect(error).toContain("cannot be understood");
      expect(lab.aws.sandbox.calls.length).toBe(before);
    },
  );
});

describe("an object that cannot be read to its end", () => {
  const sources = Array.from({ length: 4_000 }, (_, i) => `10.20.${20 + (i >> 8)}.${i & 255}`);
  const whole = fileOf(sources);
  const cut = whole.subarray(0, whole.length >> 1);
  const corrupt = Uint8Array.from(whole);
  corrupt.fill(0x55, whole.length >> 1, (whole.length >> 1) + 64);
  it.each([
    { name: "cut", body: cut },
    { name: "corrupt", body: corrupt },
  ])("$name: what could be read counts, and the message is done", async ({ name, body }) => {
    expect(() => gunzipSync(body)).toThrow();
    const event = await put(keyOf(name), body);
    const { failed, lines } = await lambda.invoke(event);
    expect(failed).toEqual([]);
    const line = summary(lines);
    expect(line).toMatchObject({
      level: "WARN",
      incomplete: [expect.stringContaining(name)],
      findings: expect.arrayContaining([expect.objectContaining({ code: "FLOW_OBJECT_INCOMPLETE" })]),
    });
    const flows = lab.flows();
    expect(flows.length).toBeGreaterThan(100);
    expect(flows.length).toBeLessThan(sources.length);
    // Deflate notices damage late, so that only what lies well before it is certain.
    expect(sources.slice(0, 100).filter((source) => !flows.includes(flowOf(source)))).toEqual([]);
  });

  it("gone: a finding, and the other objects are worked on", async () => {
    const gone = await put(keyOf("g0ne"), fileOf(["10.20.1.12"]));
    lab.aws.sandbox.s3.deleteObject(LOG_BUCKET, keyOf("g0ne"));
    const here = await put(keyOf("h3re"), fileOf([WEB]));
    const { failed, lines } = await lambda.invoke({ Records: [...gone.Records, ...here.Records] });
    expect(failed).toEqual([]);
    expect(summary(lines)).toMatchObject({ level: "WARN", incomplete: [expect.stringContaining("g0ne")] });
    expect(lab.flows()).toEqual([flowOf(WEB)]);
  });

  it("not ours to read: only its message fails, and nothing of that message counts", async () => {
    const key = keyOf("den1ed");
    const [kept, denied] = [await put(keyOf("kept"), fileOf([WEB])), await put(key, fileOf(["10.20.1.12"]))];
    const off = lab.aws.sandbox.faults.add({
      match: { operation: "GetObject", predicate: ({ input }) => JSON.stringify(input).includes("den1ed") },
      when: "before",
      error: { code: "AccessDenied", httpStatus: 403, message: "Access Denied" },
    });
    const first = await lambda.invoke({ Records: [...kept.Records, ...denied.Records] });
    expect(first.failed).toEqual(denied.Records.map(({ messageId }) => messageId));
    expect(lab.flows()).toEqual([flowOf(WEB)]);
    off();
    expect((await lambda.invoke(denied)).failed).toEqual([]);
    expect(lab.flows()).toEqual([flowOf("10.20.1.12")]);
  });
});

describe("an object that is none of Moat's business", () => {
  it.each([
    { key: "readme.txt", code: "FLOW_OBJECT_FOREIGN" },
    {
      key: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/05/trail.json.gz",
      code: "FLOW_OBJECT_FOREIGN",
    },
    { key: "firehose/2026/01/05/09/notes.gz", code: "FLOW_OBJECT_FOREIGN" },
  ])("$key is not even fetched", async ({ key, code }) => {
    const event = await put(key, fileOf([WEB]));
    const before = lab.aws.sandbox.calls.length;
    const { failed, lines } = await lambda.invoke(event);
    expect(failed).toEqual([]);
    expect(summary(lines)).toMatchObject({ level: "WARN", objects: 0, findings: [{ code }] });
    expect(lab.aws.sandbox.calls.length).toBe(before);
    expect(lab.flows()).toEqual([]);
  });

  it("nor is one that was removed", async () => {
    const { Records } = await put(keyOf("rem0ved"), fileOf([WEB]));
    const [record] = Records;
    if (record === undefined) throw new Error("The bucket told nobody");
    const removed = withBody(record, record.body.replace("ObjectCreated:Put", "ObjectRemoved:Delete"));
    const { failed, lines } = await lambda.invoke({ Records: [removed] });
    expect(failed).toEqual([]);
    expect(summary(lines)).toMatchObject({ level: "INFO", objects: 0 });
  });
});

it("uploads a big object in parts of a thousand flows, each flow once", async () => {
  const sources = Array.from({ length: 3_500 }, (_, i) => `10.20.${50 + (i >> 8)}.${i & 255}`);
  let requests = 0;
  const isUpload = ({ path }: { readonly path: string }): boolean => {
    if (path.endsWith("bulk_traffic_flows")) requests += 1;
    return false;
  };
  lab.pce.sandbox.faults.add({ when: isUpload, answer: { kind: "truncated" } });
  const event = await put(keyOf("b1g"), fileOf([...sources, ...sources]));
  const { lines } = await lambda.invoke(event);
  expect(summary(lines)).toMatchObject({
    records: 7_000,
    flows: { sent: 3_500, received: 3_500, failed: 0 },
  });
  expect(lab.flows()).toEqual(sources.map(flowOf).sort());
  expect(requests).toBe(4);
});

it("takes flows to a database that is no more for traffic, and changes nothing", async () => {
  deleteInstance(lab.aws.sandbox.rds(), "orders-dev");
  const text = `${HEADER}\n${WEB} 10.20.9.40 3306 6 2 ${WEB} 10.20.9.40 51000 ACCEPT IPv4\n`;
  const event = await put(keyOf("n0db"), gzipSync(text));
  lab.writes();
  const { failed } = await lambda.invoke(event);
  expect(failed).toEqual([]);
  expect(lab.writes()).toEqual([]);
  expect(lab.flows()).toEqual([`${WEB} > 10.20.9.40:3306/6`]);
});
