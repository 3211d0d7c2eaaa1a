import { describe, expect, it } from "vitest";
import { announcedObjects } from "./announced-objects.ts";

const record = (fields: object = {}, object: object = { key: "a/b.log.gz" }) => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  eventName: "ObjectCreated:Put",
  s3: { bucket: { name: "logs" }, object },
  ...fields,
});
const s3 = (...records: readonly unknown[]) => ({ Records: records });
const sns = (message: unknown) => ({ Type: "Notification", Message: JSON.stringify(message) });
const bridge = (detailType: string, detail: unknown) => ({
  source: "aws.s3",
  "detail-type": detailType,
  detail,
});
const created = { bucket: { name: "logs" }, object: { key: "a/b+c %41.log.gz", "version-id": "v1" } };
const testEvent = { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "logs" };

/** Objects as `bucket/key@version`, then one `!` for each part that is not understood. */
const read = (event: unknown): readonly string[] => {
  const { objects, problems } = announcedObjects(event);
  const names = objects.map(
    ({ bucket, key, versionId }) => `${bucket}/${key}${versionId ? `@${versionId}` : ""}`,
  );
  return [...names, ...problems.map(() => "!")];
};

describe("announcedObjects", () => {
  it.each<{ name: string; event: unknown; want: readonly string[] }>([
    { name: "S3", event: s3(record()), want: ["logs/a/b.log.gz"] },
    {
      name: "many records",
      event: s3(record(), record({}, { key: "c" })),
      want: ["logs/a/b.log.gz", "logs/c"],
    },
    { name: "no records", event: s3(), want: [] },
    { name: "S3 as text", event: JSON.stringify(s3(record())), want: ["logs/a/b.log.gz"] },
    { name: "SNS", event: s3({ Sns: { Message: JSON.stringify(s3(record())) } }), want: ["logs/a/b.log.gz"] },
    { name: "SNS in a queue", event: sns(s3(record())), want: ["logs/a/b.log.gz"] },
    { name: "EventBridge", event: bridge("Object Created", created), want: ["logs/a/b+c %41.log.gz@v1"] },
    {
      name: "EventBridge through SNS",
      event: sns(bridge("Object Created", created)),
      want: ["logs/a/b+c %41.log.gz@v1"],
    },
    { name: "test event", event: testEvent, want: [] },
    { name: "test event through SNS", event: sns(testEvent), want: [] },
    { name: "removed", event: s3(record({ eventName: "ObjectRemoved:Delete" })), want: [] },
    { name: "restored", event: s3(record({ eventName: "ObjectRestore:Completed" })), want: [] },
    { name: "removed, of EventBridge", event: bridge("Object Deleted", created), want: [] },
    {
      name: "multipart",
      event: s3(record({ eventName: "ObjectCreated:CompleteMultipartUpload" })),
      want: ["logs/a/b.log.gz"],
    },
    { name: "plus is a blank", event: s3(record({}, { key: "a+b%2Bc%2Fd" })), want: ["logs/a b+c/d"] },
    { name: "other letters", event: s3(record({}, { key: "%C3%BC/%E6%97%A5" })), want: ["logs/ü/日"] },
    { name: "version", event: s3(record({}, { key: "a", versionId: "v2" })), want: ["logs/a@v2"] },
    { name: "no version", event: s3(record({}, { key: "a", versionId: null })), want: ["logs/a"] },
    { name: "later minor version", event: s3(record({ eventVersion: "2.9" })), want: ["logs/a/b.log.gz"] },
    { name: "later major version", event: s3(record({ eventVersion: "3.0" })), want: ["!"] },
    { name: "wrong encoding", event: s3(record({}, { key: "100%" })), want: ["!"] },
    { name: "empty key", event: s3(record({}, { key: "" })), want: ["!"] },
    { name: "no key", event: s3(record({}, {})), want: ["!"] },
    { name: "key of a wrong type", event: s3(record({}, { key: 7 })), want: ["!"] },
    { name: "no bucket", event: s3(record({ s3: { object: { key: "a" } } })), want: ["!"] },
    {
      name: "one bad of three",
      event: s3(record(), { s3: 1 }, record({}, { key: "c" })),
      want: ["logs/a/b.log.gz", "logs/c", "!"],
    },
    { name: "bad text in SNS", event: s3({ Sns: { Message: "{" } }), want: ["!"] },
    { name: "no object in EventBridge", event: bridge("Object Created", {}), want: ["!"] },
    { name: "another source", event: { source: "aws.ec2", "detail-type": "Object Created" }, want: ["!"] },
    {
      name: "a subscription to confirm",
      event: { Type: "SubscriptionConfirmation", Token: "t" },
      want: ["!"],
    },
    { name: "not JSON", event: "{", want: ["!"] },
    { name: "text in text", event: JSON.stringify(JSON.stringify(s3(record()))), want: ["!"] },
    { name: "empty text", event: "", want: ["!"] },
    { name: "null", event: null, want: ["!"] },
    { name: "undefined", event: undefined, want: ["!"] },
    { name: "list", event: [s3(record())], want: ["!"] },
    { name: "records of a wrong type", event: { Records: {} }, want: ["!"] },
    { name: "record that is null", event: s3(null), want: ["!"] },
  ])("$name", ({ event, want }) => {
    expect(read(event)).toEqual(want);
  });

  it("names what is wrong, and never repeats the text", () => {
    const [problem] = announcedObjects('{"secret":"hunter2"').problems;
    expect(problem).toMatchObject({ code: "EVENT_MALFORMED", why: "Its body is not JSON" });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });
});
