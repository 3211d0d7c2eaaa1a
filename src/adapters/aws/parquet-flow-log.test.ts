import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../core/flow/conversation.ts";
import { ConversationTable } from "../../core/flow/conversation-table.ts";
import { createFlowLogReader, type FlowLogSummary } from "../../core/flow/flow-log-reader.ts";
import { knownDatabases } from "../../core/flow/known-databases.ts";
import { FlowLogFault } from "../../ports/flow-log-objects.ts";
import { flowLogParts } from "./flow-log-parts.ts";

const FIELDS =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags pkt-srcaddr pkt-dstaddr type".split(
    " ",
  );
const WIDE = new Set(["packets", "bytes", "start", "end"]);
const NARROW = new Set(["version", "srcport", "dstport", "protocol", "tcp-flags"]);

/** Lines of text in the order of FIELDS, some of them odd, in a fixed pattern. */
function lines(count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const eni = `eni-0a1b2c3d4e5f6071${at % 3}`;
    const time = `${1_786_000_000 + at} ${1_786_000_059 + at}`;
    if (at % 50 === 7) return `2 123456789012 ${eni} - - - - - - - ${time} - NODATA - - - -`;
    if (at % 50 === 9) return `2 123456789012 ${eni} - - - - - - - ${time} - SKIPDATA - - - -`;
    const v6 = at % 11 === 0;
    const app = v6 ? `2001:db8::${at % 40}` : `10.20.4.${at % 200}`;
    const db = v6 ? "2001:db8:d::5" : `10.20.9.${at % 4}`;
    const action = at % 13 === 0 ? "REJECT" : "ACCEPT";
    const ports = `${32_768 + at} 5432`;
    return `2 123456789012 ${eni} ${app} ${db} ${ports} 6 ${at % 9} ${at * 40} ${time} ${action} OK 2 ${app} ${db} ${v6 ? "IPv6" : "IPv4"}`;
  });
}

type Writing = {
  readonly codec?: "UNCOMPRESSED" | "SNAPPY" | "GZIP";
  readonly rowGroupSize?: number;
  readonly plain?: boolean;
};

function parquetOf(
  text: readonly string[],
  { codec = "SNAPPY", rowGroupSize = 700, plain = false }: Writing = {},
) {
  const cells = text.map((line) => line.split(" "));
  const columnData = FIELDS.map((field, column) => {
    const values = cells.map((row) => (row[column] === "-" ? null : row[column]));
    const name = field.replaceAll("-", "_");
    const encoding = plain ? { encoding: "PLAIN" as const } : {};
    if (WIDE.has(field))
      return {
        name,
        type: "INT64" as const,
        data: values.map((v) => (v == null ? null : BigInt(v))),
        ...encoding,
      };
    if (NARROW.has(field))
      return {
        name,
        type: "INT32" as const,
        data: values.map((v) => (v == null ? null : Number(v))),
        ...encoding,
      };
    return { name, type: "STRING" as const, data: values, ...encoding };
  });
  const compressors = { GZIP: (bytes: Uint8Array) => Uint8Array.from(gzipSync(bytes)) };
  return new Uint8Array(parquetWriteBuffer({ columnData, codec, rowGroupSize, compressors }));
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

interface Reading {
  readonly conversations: readonly Conversation[];
  readonly summary: FlowLogSummary;
  readonly fault?: FlowLogFault;
}

async function read(bytes: Uint8Array): Promise<Reading> {
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table });
  const all = (): Omit<Reading, "fault"> => ({
    summary: reader.end(),
    conversations: table.conversations(knownDatabases([])),
  });
  try {
    for await (const part of flowLogParts(pieces(bytes), "x.log.parquet")) reader.push(part);
    return all();
  } catch (error) {
    if (!(error instanceof FlowLogFault)) throw error;
    return { ...all(), fault: error };
  }
}

const textOf = (text: readonly string[]): Uint8Array =>
  Buffer.from([FIELDS.join(" "), ...text, ""].join("\n"));

describe("a Parquet flow log", () => {
  it.each<Writing>([
    {},
    { codec: "UNCOMPRESSED" },
    { codec: "GZIP" },
    { plain: true },
    { rowGroupSize: 100_000 },
    { rowGroupSize: 1 + 300 },
  ])("written with %j holds the same conversations as its text", async (writing) => {
    const text = lines(2500);
    const want = await read(textOf(text));
    const got = await read(parquetOf(text, writing));
    expect(want.conversations.length).toBeGreaterThan(200);
    expect(got.conversations).toEqual(want.conversations);
    expect(got.summary).toEqual(want.summary);
    expect(got.summary.input).toMatchObject({ noData: 50, skipData: 50, malformed: 0 });
  });

  it.each<readonly [string, (at: number, field: string, value: string | null) => string | null]>([
    ["is missing", (at, field, value) => (at % 7 === 3 && field.startsWith("pkt") ? null : value)],
    ["is a dash", (at, field, value) => (at % 7 === 3 && field.startsWith("pkt") ? "-" : value)],
    ["is missing at one end", (at, field, value) => (at % 7 === 3 && field === "pkt-srcaddr" ? null : value)],
    ["stands alone", (at, field, value) => (at % 7 === 3 && field.startsWith("src") ? null : value)],
    ["is all there is", (_, field, value) => (/^(?:src|dst)addr$/.test(field) ? null : value)],
  ])("counts the other address where the packet address %s", async (_, change) => {
    // Another address than that of the packet, as behind a NAT gateway.
    const text = lines(2500).map((line, row) => {
      const cells = line.split(" ").map((cell, at) => {
        const field = FIELDS[at] ?? "";
        const value = /^(?:src|dst)addr$/.test(field) && cell.includes(".") ? `10.99.0.${row % 250}` : cell;
        return change(row, field, value) ?? "-";
      });
      return cells.join(" ");
    });
    const want = await read(textOf(text));
    for (const writing of [{}, { codec: "UNCOMPRESSED" }, { codec: "GZIP" }] as const) {
      const got = await read(parquetOf(text, writing));
      expect(got.conversations).toEqual(want.conversations);
      expect(got.summary).toEqual(want.summary);
    }
  });

  it("gives the row groups before the damage, and says what is wrong", async () => {
    const bytes = parquetOf(lines(2500));
    const whole = await read(bytes);
    // The last row groups lie before the directory at the end.
    const bad = Uint8Array.from(bytes);
    bad.fill(0xff, Math.floor(bytes.length * 0.55), Math.floor(bytes.length * 0.6));
    const { summary, fault } = await read(bad);
    expect(fault?.message).toMatch(/^"x\.log\.parquet" is a damaged Parquet file/);
    expect(summary.input.records).toBeGreaterThan(0);
    expect(summary.input.records).toBeLessThan(whole.summary.input.records);
  });

  it("is refused, not guessed at, when its end is missing", async () => {
    const bytes = parquetOf(lines(200));
    const { summary, fault } = await read(bytes.subarray(0, bytes.length - 30));
    expect(fault).toBeInstanceOf(FlowLogFault);
    expect(summary.input.records).toBe(0);
  });

  it("never fails in another way, whichever byte is wrong", async () => {
    const bytes = parquetOf(lines(60), { rowGroupSize: 30 });
    for (let at = 0; at < bytes.length; at += 37) {
      const bad = Uint8Array.from(bytes);
      bad[at] = (bad[at] ?? 0) ^ 0xff;
      const { summary } = await read(bad);
      const { records, conversationRecords, noData, skipData, malformed } = summary.input;
      expect(records).toBe(conversationRecords + noData + skipData + malformed);
      expect(records).toBeLessThanOrEqual(1000);
    }
  });
});
