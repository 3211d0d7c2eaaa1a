/**
 * Connections with a known truth, what the interfaces log of them, and that log in several formats. Slow, obvious, and
 * without a line of the engine that it judges.
 */

/** How a connection went. */
export type ConnectionKind =
  /** Opened, used and closed within one interval. */
  | "short"
  /** Opened in one interval, idle or busy in the next ones, closed in the last. */
  | "long"
  /** Opened before the log begins, and still open when it ends. */
  | "pooled"
  /** Refused by a security group: one record and no answer. */
  | "refused"
  /** Let through, but nothing answered. */
  | "halfOpen"
  /** Let through, and the host answered with a reset. */
  | "reset"
  /** Datagrams both ways. */
  | "udp";

/** A connection, and which end opened it. */
export interface Connection {
  readonly kind: ConnectionKind;
  readonly consumer: string;
  readonly consumerPort: number;
  readonly provider: string;
  readonly port: number;
  /** Seconds since 1970. */
  readonly start: number;
}

/** One record as an interface logs it. */
export interface LoggedRecord {
  readonly srcaddr: string;
  readonly dstaddr: string;
  readonly srcport: number;
  readonly dstport: number;
  readonly protocol: number;
  readonly flags: number;
  readonly packets: number;
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
  readonly action: "ACCEPT" | "REJECT";
}

/** What must be found: the truth about all connections of one consumer, provider, port, protocol and action. */
export interface TrueConversation {
  readonly consumer: string;
  readonly provider: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly action: "ACCEPT" | "REJECT";
  readonly records: number;
  readonly packets: number;
  readonly bytes: number;
}

const INTERVAL = 60;

/** Flags of the consumer's and of the provider's record in each interval; undefined for no record. */
const FLAGS: Record<ConnectionKind, readonly (readonly [number, number | undefined])[]> = {
  short: [[3, 19]],
  long: [
    [2, 18],
    [0, 0],
    [0, 0],
    [1, 1],
  ],
  pooled: [
    [0, 0],
    [0, 0],
  ],
  refused: [[2, undefined]],
  halfOpen: [[2, undefined]],
  reset: [[2, 4]],
  udp: [[0, 0]],
};

/** The records of one connection, in the order of time. */
export function recordsOf(connection: Connection): LoggedRecord[] {
  return FLAGS[connection.kind].flatMap(([asks, answers], interval) => {
    const start = connection.start + interval * INTERVAL;
    const common = {
      protocol: connection.kind === "udp" ? 17 : 6,
      start,
      end: start + INTERVAL - 1,
      action: connection.kind === "refused" ? "REJECT" : "ACCEPT",
    } as const;
    const asked: LoggedRecord = {
      ...common,
      srcaddr: connection.consumer,
      dstaddr: connection.provider,
      srcport: connection.consumerPort,
      dstport: connection.port,
      flags: asks,
      packets: 3,
      bytes: 180,
    };
    if (answers === undefined) return [asked];
    const answered: LoggedRecord = {
      ...common,
      srcaddr: connection.provider,
      dstaddr: connection.consumer,
      srcport: connection.port,
      dstport: connection.consumerPort,
      flags: answers,
      packets: 2,
      bytes: 4000,
    };
    return [asked, answered];
  });
}

/** The truth about these connections, in no particular order. */
export function truthOf(connections: readonly Connection[]): TrueConversation[] {
  const found = new Map<string, TrueConversation>();
  for (const connection of connections) {
    for (const record of recordsOf(connection)) {
      const protocol = connection.kind === "udp" ? "udp" : "tcp";
      const { consumer, provider, port } = connection;
      const key = [consumer, provider, port, protocol, record.action].join(" ");
      const before = found.get(key) ?? { records: 0, packets: 0, bytes: 0 };
      found.set(key, {
        consumer,
        provider,
        port,
        protocol,
        action: record.action,
        records: before.records + 1,
        packets: before.packets + record.packets,
        bytes: before.bytes + record.bytes,
      });
    }
  }
  return [...found.values()];
}

/** A log format, and whether it has packets and bytes, flags, and times. */
export interface Rendering {
  readonly name: string;
  readonly fields: readonly string[];
  readonly hasHeader: boolean;
  readonly lineEnd: "\n" | "\r\n";
}

const fields = (text: string): string[] => text.split(" ");

/** Formats in which the same connections are to be recognised. */
export const RENDERINGS: readonly Rendering[] = [
  {
    name: "ten columns",
    fields: fields("srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type"),
    hasHeader: true,
    lineEnd: "\n",
  },
  {
    name: "ten columns without a header",
    fields: fields("srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type"),
    hasHeader: false,
    lineEnd: "\n",
  },
  {
    name: "default format, no flags",
    fields: fields(
      "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
    ),
    hasHeader: true,
    lineEnd: "\n",
  },
  {
    name: "default format without a header",
    fields: fields(
      "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
    ),
    hasHeader: false,
    lineEnd: "\n",
  },
  {
    name: "reversed, packet addresses first, CRLF",
    fields: fields(
      "log-status action end start bytes packets future-field srcport dstport pkt-dstaddr pkt-srcaddr tcp-flags protocol dstaddr srcaddr",
    ),
    hasHeader: true,
    lineEnd: "\r\n",
  },
  {
    name: "packet addresses only, Parquet names",
    fields: fields("pkt_srcaddr srcport pkt_dstaddr dstport protocol tcp_flags action traffic_path"),
    hasHeader: true,
    lineEnd: "\n",
  },
];

/** The text of a flow-log file. */
export function renderFlowLog(records: readonly LoggedRecord[], rendering: Rendering): string {
  const lines = records.map((record) =>
    rendering.fields.map((field) => fieldText(record, field.replaceAll("_", "-"))).join(" "),
  );
  const all = rendering.hasHeader ? [rendering.fields.join(" "), ...lines] : lines;
  return all.map((line) => line + rendering.lineEnd).join("");
}

function fieldText(record: LoggedRecord, field: string): string {
  const values: Record<string, string | number> = {
    ...record,
    "pkt-srcaddr": record.srcaddr,
    "pkt-dstaddr": record.dstaddr,
    "tcp-flags": record.flags,
    type: record.srcaddr.includes(":") ? "IPv6" : "IPv4",
    version: 2,
    "account-id": "123456789012",
    "interface-id": "eni-0a1b2c3d4e5f60718",
    "log-status": "OK",
  };
  return String(values[field] ?? "-");
}
