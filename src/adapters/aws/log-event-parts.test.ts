import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ConversationTable } from "../../core/flow/conversation-table.ts";
import { createFlowLogReader } from "../../core/flow/flow-log-reader.ts";
import { knownDatabases } from "../../core/flow/known-databases.ts";
import { FlowLogFault, type FlowLogObject } from "../../ports/flow-log-objects.ts";
import { carriedLogEvents } from "./carried-log-events.ts";
import { flowLogParts } from "./flow-log-parts.ts";
import { jsonDocuments } from "./json-documents.ts";

const line = (client: number, port = 5432): string =>
  `2 111122223333 eni-0a1b2c3d4e5f60718 10.0.0.${client} 10.0.9.5 40001 ${port} 6 3 180 1767603600 1767603659 ACCEPT OK`;
const TEN = "10.0.0.7 10.0.9.5 5432 6 2 10.0.0.7 10.0.9.5 40001 ACCEPT IPv4";

const payload = (messages: readonly string[], at = 1_767_603_600_123): string =>
  JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: "111122223333",
    logGroup: 'flows {of} "vpc"',
    logStream: "eni-0a1b2c3d4e5f60718-all",
    subscriptionFilters: ["moat"],
    logEvents: messages.map((message, i) => ({ id: `${i}`, timestamp: at + i * 60_000, message })),
  });
const control = JSON.stringify({
  messageType: "CONTROL_MESSAGE",
  logEvents: [{ id: "", timestamp: 1, message: "CWL CONTROL MESSAGE: Checking health" }],
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Reading {
  readonly table: ConversationTable;
  /** What broke off the reading. */
  readonly fault?: string;
}

async function readObject(object: FlowLogObject): Promise<Reading> {
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table });
  try {
    for await (const part of object.read()) reader.push(part);
  } catch (error) {
    if (!(error instanceof FlowLogFault)) throw error;
    reader.end();
    return { table, fault: error.message };
  }
  reader.end();
  return { table };
}
const read = (bytes: Uint8Array, size = 7): Promise<Reading> =>
  readObject({ name: "o", read: () => flowLogParts(pieces(bytes, size), "o") });
const consumers = ({ table }: Reading): readonly string[] =>
  table.conversations(knownDatabases([])).map(({ consumer, records }) => `${consumer} ${records}`);

const both = [payload([line(1), line(2)]), payload([line(3), line(1)])];
const gzips = Buffer.concat(both.map((text) => gzipSync(text)));
const want = ["10.0.0.1 2", "10.0.0.2 1", "10.0.0.3 1"];

describe("log events of CloudWatch Logs", () => {
  it.each([
    { form: "one after the other", bytes: Buffer.from(both.join("")) },
    { form: "a line each", bytes: Buffer.from(`${both.join("\n")}\n`) },
    { form: "gzip members of Firehose", bytes: gzips },
    { form: "gzip members, compressed once more", bytes: gzipSync(gzips) },
    { form: "base64 of gzip", bytes: Buffer.from(`${gzipSync(both.join("")).toString("base64")}\n`) },
    {
      form: "whole events of Lambda",
      bytes: Buffer.from(
        both
          .map((text) => JSON.stringify({ awslogs: { data: gzipSync(text).toString("base64") } }))
          .join("\n"),
      ),
    },
    { form: "with control messages", bytes: Buffer.from([control, both[0], control, both[1]].join("")) },
    {
      form: "a document for each record",
      bytes: Buffer.from([1, 2, 3, 1].map((c) => JSON.stringify({ message: line(c) })).join("")),
    },
    { form: "lines, as extracted by Firehose", bytes: gzipSync([1, 2, 3, 1].map((c) => line(c)).join("\n")) },
  ])("$form", async ({ bytes }) => {
    for (const size of [1, 7, 100_000]) {
      const traffic = await read(bytes, size);
      expect(consumers(traffic)).toEqual(want);
      expect(traffic.table.input).toMatchObject({ records: 4, conversationRecords: 4, malformed: 0 });
      expect(traffic.fault).toBeUndefined();
    }
  });

  it("give their time to records without one", async () => {
    const { table } = await read(Buffer.from(payload([TEN, TEN]) + payload([TEN], 1_767_700_000_000)));
    expect(table.conversations(knownDatabases([]))).toMatchObject([
      { records: 3, firstSeen: "2026-01-05T09:00:00Z", lastSeen: "2026-01-06T11:46:40Z" },
    ]);
  });

  it("never make two records of one event", async () => {
    const { table } = await read(Buffer.from(payload([`${line(1)}\n${line(2)}`])));
    expect(table.input).toMatchObject({ records: 1, malformed: 1 });
  });

  it.each([
    { name: "another kind of document", text: '{"messageType":"OTHER","message2":"x"}' },
    { name: "no JSON", text: "{no}" },
    { name: "events of a wrong type", text: '{"messageType":"DATA_MESSAGE","logEvents":[{"message":1}]}' },
    { name: "a record in the wrong place", text: JSON.stringify({ other: line(9) }) },
  ])("count $name as one malformed line", async ({ text }) => {
    const traffic = await read(Buffer.from(both[0] + text + both[1]));
    expect(consumers(traffic)).toEqual(want);
    expect(traffic.table.input).toMatchObject({ records: 5, malformed: 1 });
  });

  it.each([
    { name: "cut", text: both.join("").slice(0, -5), reason: "without an end" },
    { name: "followed by text", text: `${both[0]}x${both[1]}`, reason: "text between" },
  ])("give what stands before the damage: $name", async ({ text, reason }) => {
    const traffic = await read(Buffer.from(text));
    expect(consumers(traffic)).toEqual(["10.0.0.1 1", "10.0.0.2 1"]);
    expect(traffic.fault).toContain(reason);
  });

  it("are not unpacked without end", async () => {
    let bytes: Uint8Array = Buffer.from(both.join(""));
    for (let layer = 0; layer < 6; layer += 1) bytes = gzipSync(bytes);
    const traffic = await read(bytes);
    expect(traffic.fault).toContain("times over");
  });
});

describe("jsonDocuments", () => {
  it("refuses a document that is too long, whether it ends or not", async () => {
    const drain = async (text: string): Promise<number> => {
      let count = 0;
      for await (const _ of jsonDocuments(pieces(Buffer.from(text), 4), 10)) count += 1;
      return count;
    };
    expect(await drain('{"a":1}{"b":2} ')).toBe(2);
    await expect(drain('{"a":"0123456789"}')).rejects.toThrow("more than 10 bytes");
    await expect(drain(`{"a":"${"0".repeat(100)}`)).rejects.toThrow("more than 10 bytes");
  });
});

describe("carriedLogEvents", () => {
  const data = gzipSync(both.join("")).toString("base64");
  it("reads them, under a name that is that of their content", async () => {
    const object = carriedLogEvents(data);
    expect(consumers(await readObject(object))).toEqual(want);
    expect(carriedLogEvents(data).name).toBe(object.name);
    expect(carriedLogEvents(gzipSync("x").toString("base64")).name).not.toBe(object.name);
  });

  it("says what is wrong with those that are no gzip", async () => {
    const traffic = await readObject(carriedLogEvents("AAAA"));
    expect(traffic.table.input.conversationRecords).toBe(0);
    expect(traffic.table.input.malformed).toBe(1);
  });
});
