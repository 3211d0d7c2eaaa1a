import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { utcSeconds } from "../../core/flow/utc-time.ts";
import type { FlowLogObject } from "../../ports/flow-log-objects.ts";
import { s3Store } from "../../sandbox/aws/model/s3/store.ts";
import { s3FlowLogObject, s3FlowLogs } from "./s3-flow-logs.ts";
import { parseS3Uri } from "./s3-uri.ts";

function setting(objects: Readonly<Record<string, Uint8Array>>) {
  const { sandbox, clients } = sandboxClients();
  const store = sandbox.world.part(s3Store);
  store.createBucket({ name: "logs", accountId: "111122223333", region: "eu-west-1" });
  for (const [key, body] of Object.entries(objects)) store.putObject("logs", key, body);
  return { sandbox, clients };
}

async function text(object: FlowLogObject): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.read()) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const objects = {
  "AWSLogs/": new Uint8Array(),
  "AWSLogs/b.log.gz": gzipSync("b\n"),
  "AWSLogs/a b+c.log": Buffer.from("a\n"),
  "AWSLogs/a b+c.log.bak": Buffer.from("bak\n"),
  "other/c.log": Buffer.from("c\n"),
};

describe("s3FlowLogs", () => {
  it.each([
    { uri: "s3://logs/AWSLogs/", want: ["a b+c.log", "a b+c.log.bak", "b.log.gz"] },
    { uri: "s3://logs/AWSLogs/a b+c.log", want: ["a b+c.log"] },
    { uri: "s3://logs/AWSLogs/a", want: ["a b+c.log", "a b+c.log.bak"] },
    { uri: "s3://logs", want: ["a b+c.log", "a b+c.log.bak", "b.log.gz", "c.log"] },
    { uri: "s3://logs/nothing", want: [] },
  ])("$uri lists $want", async ({ uri, want }) => {
    const { clients } = setting(objects);
    const parsed = parseS3Uri(uri);
    if (!parsed.ok) throw new Error(parsed.error.what);
    const names: string[] = [];
    for await (const object of s3FlowLogs(clients, parsed.value).list())
      names.push(object.name.split("/").at(-1) ?? "");
    expect(names).toEqual(want);
  });

  it("reads every page", async () => {
    const many = Object.fromEntries(Array.from({ length: 1005 }, (_, i) => [`k${i}`, Buffer.from("x")]));
    const { clients } = setting(many);
    let count = 0;
    for await (const _ of s3FlowLogs(clients, { bucket: "logs", prefix: "k" }).list()) count += 1;
    expect(count).toBe(1005);
  });

  it.each(["plain", "hive"])("lists no folder of another day or hour: %s", async (layout) => {
    const folder = (day: number, hour: number): string => {
      const [d, h] = [String(day).padStart(2, "0"), String(hour).padStart(2, "0")];
      return layout === "plain"
        ? `AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/${d}/${h}`
        : `AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=01/day=${d}/hour=${h}`;
    };
    const keyOf = (day: number, hour: number): string =>
      `${folder(day, hour)}/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d_202601${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}30Z_a1.log.gz`;
    const days = Array.from({ length: 28 }, (_, i) => i + 1);
    const hours = Array.from({ length: 24 }, (_, i) => i);
    const all = days.flatMap((day) => hours.map((hour) => keyOf(day, hour)));
    const { sandbox, clients } = setting(Object.fromEntries(all.map((key) => [key, Buffer.from("x")])));
    const window = { start: utcSeconds(2026, 1, 14, 23, 20), end: utcSeconds(2026, 1, 15, 0, 40) };
    const before = sandbox.calls.length;
    const found: string[] = [];
    for await (const object of s3FlowLogs(clients, { bucket: "logs", prefix: "AWSLogs/" }, { window }).list())
      found.push(object.key ?? "");
    expect(found).toEqual([keyOf(14, 23), keyOf(15, 0), keyOf(15, 1)]);
    // Folders above the days, two days, and the hours of each that may hold something.
    expect(sandbox.calls.length - before).toBeLessThanOrEqual(12);
  });

  it("says which bucket does not exist", async () => {
    const { clients } = setting({});
    const list = s3FlowLogs(clients, { bucket: "nobody", prefix: "" }).list();
    await expect(list[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      kind: "notFound",
      code: "NoSuchBucket",
    });
  });
});

describe("s3FlowLogObject", () => {
  it("reads an object, inflated", async () => {
    const { clients } = setting(objects);
    expect(await text(s3FlowLogObject(clients, { bucket: "logs", key: "AWSLogs/b.log.gz" }))).toBe("b\n");
    expect(await text(s3FlowLogObject(clients, { bucket: "logs", key: "AWSLogs/a b+c.log" }))).toBe("a\n");
  });

  it("is a fault of the object when it is gone or denied", async () => {
    const { clients, sandbox } = setting(objects);
    const gone = s3FlowLogObject(clients, { bucket: "logs", key: "gone" });
    await expect(text(gone)).rejects.toMatchObject({ name: "FlowLogFault", object: "s3://logs/gone" });
    const error = { code: "AccessDenied", httpStatus: 403, message: "Access Denied" };
    sandbox.faults.add({ match: { operation: "GetObject" }, when: "before", error });
    const denied = s3FlowLogObject(clients, { bucket: "logs", key: "other/c.log" });
    await expect(text(denied)).rejects.toMatchObject({
      name: "FlowLogFault",
      fix: expect.stringContaining("kms:Decrypt"),
    });
  });
});

it.each([
  { uri: "s3://b", ok: false },
  { uri: "https://logs.s3.amazonaws.com/x", ok: false },
  { uri: "s3://Logs/x", ok: false },
  { uri: "s3://my-logs/a//b%20c", ok: true },
])("$uri is read: $ok", ({ uri, ok }) => {
  expect(parseS3Uri(uri).ok).toBe(ok);
});
