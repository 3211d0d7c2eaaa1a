import { describe, expect, it } from "vitest";
import { eventMessages } from "./event-messages.ts";

const KEY =
  "AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/05/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d_20260105T0900Z_x1.log.gz";
const s3 = (...keys: readonly string[]) => ({
  Records: keys.map((key) => ({
    eventName: "ObjectCreated:Put",
    s3: { bucket: { name: "logs" }, object: { key } },
  })),
});
const queued = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, i) => ({
    messageId: `m${i}`,
    eventSource: "aws:sqs",
    body: JSON.stringify(body),
  })),
});

describe("eventMessages", () => {
  it("makes a message of each record of a queue", () => {
    const { fromQueue, messages } = eventMessages(queued(s3(KEY), s3(), "no"));
    expect(fromQueue).toBe(true);
    expect(messages).toMatchObject([
      { id: "m0", objects: [{ bucket: "logs", key: KEY }], findings: [] },
      { id: "m1", objects: [], findings: [] },
      { id: "m2", objects: [], malformed: { code: "EVENT_MALFORMED" } },
    ]);
  });

  it("takes any other event as one message", () => {
    const { fromQueue, messages } = eventMessages(s3(KEY));
    expect(fromQueue).toBe(false);
    expect(messages).toMatchObject([{ id: "event", objects: [{ key: KEY }] }]);
  });

  it("names an object once, however often it is announced", () => {
    const [message] = eventMessages(s3(KEY, KEY, KEY.replaceAll("/", "%2F"))).messages;
    expect(message?.objects).toHaveLength(1);
  });

  it("keeps versions of one key apart", () => {
    const records = ["v1", "v2"].map((versionId) => ({
      eventName: "ObjectCreated:Put",
      s3: { bucket: { name: "logs" }, object: { key: KEY, versionId } },
    }));
    expect(eventMessages({ Records: records }).messages[0]?.objects).toHaveLength(2);
  });

  it.each([
    { key: "readme.txt", code: "FLOW_OBJECT_FOREIGN" },
    { key: KEY.replace(".log.gz", ".json.gz"), code: "FLOW_OBJECT_FOREIGN" },
    { key: "firehose/2026/01/05/09/notes-2026.gz", code: "FLOW_OBJECT_FOREIGN" },
  ])("leaves $key out and says why", ({ key, code }) => {
    expect(eventMessages(s3(key, KEY)).messages).toMatchObject([
      { objects: [{ key: KEY }], findings: [{ code }] },
    ]);
  });

  it.each([
    KEY.replace(".log.gz", ".log.parquet"),
    "fh/2026/01/05/09/vpc-flows-1-2026-01-05-09-10-11-0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab.gz",
    "vpc-flows-12-2026-01-05-09-10-11-0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab",
  ])("takes %s", (key) => {
    expect(eventMessages(s3(key)).messages).toMatchObject([{ objects: [{ key }], findings: [] }]);
  });

  it("takes the log events that a subscription of CloudWatch Logs carries", () => {
    const event = { awslogs: { data: "H4sIAAAAAAAAAwMAAAAAAAAAAAA=" } };
    expect(eventMessages(event)).toMatchObject({
      fromQueue: false,
      messages: [{ id: "event", objects: [], logEvents: event.awslogs.data, findings: [] }],
    });
    expect(eventMessages({ awslogs: {} }).messages).toMatchObject([{ malformed: {} }]);
  });

  it("does what it understands of a message, and reports the rest", () => {
    const mixed = { Records: [...s3(KEY).Records, { s3: "?" }] };
    const [message] = eventMessages(queued(mixed)).messages;
    expect(message).toMatchObject({ objects: [{ key: KEY }], findings: [{ code: "EVENT_MALFORMED" }] });
    expect(message?.malformed).toBeUndefined();
  });
});
