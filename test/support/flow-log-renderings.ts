import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { LoggedRecord } from "./traffic-simulator.ts";

const INTERFACE = "eni-0a1b2c3d4e5f60718";
const V2 =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status".split(
    " ",
  );
const V5 = [
  ...V2,
  ..."vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path".split(
    " ",
  ),
];
/** The same fields in another order, with one that nobody knows yet. */
const CUSTOM = ["a-later-field", ...V5.toReversed()];

/** The ten columns that Moat's own subscriptions can ask for: who, where and whether, not when and how much. */
const TEN = "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type".split(
  " ",
);
/** Only the addresses of packets, named as in Parquet. */
const PACKETS_ONLY = "pkt_srcaddr srcport pkt_dstaddr dstport protocol tcp_flags action traffic_path".split(
  " ",
);

/** How the same records may be written. Those of one `group` say the same. */
export interface Rendering {
  readonly name: string;
  readonly group: "v2" | "v5" | "ten";
  /** Set for text that can be cut and mixed line by line: the lines of some records, after the header if it has one. */
  readonly lines?: { readonly header: string; readonly of: (records: readonly LoggedRecord[]) => string };
  readonly write: (records: readonly LoggedRecord[]) => Uint8Array;
}

/** Every form in which a flow log arrives. */
export const RENDERINGS: readonly Rendering[] = [
  inText("version 5", "v5", V5),
  inText("custom order", "v5", CUSTOM),
  {
    name: "CRLF and empty intervals",
    group: "v5",
    write: (records) => bytes(withGaps(textOf(records, V5)).replaceAll("\n", "\r\n")),
  },
  { name: "gzip", group: "v5", write: (records) => gzipSync(textOf(records, V5)) },
  {
    name: "gzip of several members, each with its header",
    group: "v5",
    write: (records) => Buffer.concat(parts(records).map((part) => gzipSync(textOf(part, V5)))),
  },
  { name: "Parquet", group: "v5", write: (records) => parquetOf(records, V5) },
  inText("version 2", "v2", V2),
  inText("version 2 without a header", "v2", V2, false),
  { name: "version 2 in Parquet", group: "v2", write: (records) => parquetOf(records, V2) },
  { name: "CloudWatch Logs", group: "v2", write: (records) => gzipSync(payloadOf(records)) },
  {
    name: "CloudWatch Logs through Lambda",
    group: "v2",
    write: (records) =>
      bytes(JSON.stringify({ awslogs: { data: gzipSync(payloadOf(records)).toString("base64") } })),
  },
  {
    name: "CloudWatch Logs through Firehose",
    group: "v2",
    write: (records) => gzipSync(Buffer.concat(parts(records).map((part) => gzipSync(payloadOf(part))))),
  },
  inText("ten columns", "ten", TEN),
  inText("ten columns without a header", "ten", TEN, false),
  inText("packet addresses only, Parquet names", "ten", PACKETS_ONLY),
  { name: "ten columns in gzip", group: "ten", write: (records) => gzipSync(textOf(records, TEN)) },
  { name: "ten columns in Parquet", group: "ten", write: (records) => parquetOf(records, TEN) },
];

function inText(
  name: string,
  group: Rendering["group"],
  fields: readonly string[],
  hasHeader = true,
): Rendering {
  const header = hasHeader ? `${fields.join(" ")}\n` : "";
  const of = (records: readonly LoggedRecord[]): string => linesOf(records, fields).join("");
  return { name, group, lines: { header, of }, write: (records) => bytes(header + of(records)) };
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

function parts(records: readonly LoggedRecord[]): readonly (readonly LoggedRecord[])[] {
  const third = Math.ceil(records.length / 3);
  return [0, 1, 2].map((part) => records.slice(part * third, (part + 1) * third));
}

function fieldValue(record: LoggedRecord, field: string): string | number | undefined {
  const { connection, fromConsumer } = record;
  const seen = connection.consumerSeenAs ?? connection.consumer;
  const { consumer, provider, consumerPort, port } = connection;
  const isV6 = provider.includes(":");
  const values: Record<string, string | number> = {
    version: 5,
    "account-id": "111122223333",
    "interface-id": INTERFACE,
    srcaddr: fromConsumer ? seen : provider,
    dstaddr: fromConsumer ? provider : seen,
    srcport: fromConsumer ? consumerPort : port,
    dstport: fromConsumer ? port : consumerPort,
    protocol: record.protocol,
    packets: record.packets,
    bytes: record.bytes,
    start: record.start,
    end: record.end,
    action: record.action,
    "log-status": "OK",
    "tcp-flags": record.flags,
    type: isV6 ? "IPv6" : "IPv4",
    "pkt-srcaddr": fromConsumer ? consumer : provider,
    "pkt-dstaddr": fromConsumer ? provider : consumer,
    region: "eu-west-1",
    "flow-direction": fromConsumer ? "ingress" : "egress",
  };
  return values[field];
}

const linesOf = (records: readonly LoggedRecord[], fields: readonly string[]): readonly string[] =>
  records.map(
    (record) => `${fields.map((field) => fieldValue(record, field.replaceAll("_", "-")) ?? "-").join(" ")}\n`,
  );

const textOf = (records: readonly LoggedRecord[], fields: readonly string[]): string =>
  [`${fields.join(" ")}\n`, ...linesOf(records, fields)].join("");

/** A line of an interval without traffic after the header, and one with lost records at the end. */
function withGaps(text: string): string {
  const gap = (status: string): string =>
    `${V5.map((field) => (field === "interface-id" ? INTERFACE : field === "log-status" ? status : "-")).join(" ")}\n`;
  const first = text.indexOf("\n") + 1;
  return text.slice(0, first) + gap("NODATA") + text.slice(first) + gap("SKIPDATA");
}

const INT32 = new Set(["version", "srcport", "dstport", "protocol", "tcp-flags", "traffic-path"]);
const INT64 = new Set(["packets", "bytes", "start", "end"]);

/** Types and names of columns as AWS writes them. */
function parquetOf(records: readonly LoggedRecord[], fields: readonly string[]): Uint8Array {
  const columnData = fields.map((field) => {
    const name = field.replaceAll("-", "_");
    const data = records.map((record) => fieldValue(record, field) ?? null);
    if (INT32.has(field)) return { name, data, type: "INT32" as const, nullable: true };
    if (INT64.has(field)) {
      const wide = data.map((value) => (value === null ? null : BigInt(value)));
      return { name, data: wide, type: "INT64" as const, nullable: true };
    }
    return { name, data, type: "STRING" as const, nullable: true };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 50 }));
}

const payloadOf = (records: readonly LoggedRecord[]): string =>
  JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: "111122223333",
    logGroup: "vpc",
    logStream: `${INTERFACE}-all`,
    subscriptionFilters: ["moat"],
    logEvents: linesOf(records, V2).map((line, i) => ({
      id: String(i),
      timestamp: (records[i]?.start ?? 0) * 1000,
      message: line.trimEnd(),
    })),
  });
