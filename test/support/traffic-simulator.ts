/**
 * Connections packet by packet, and what an interface logs of them: packets of one five-tuple, direction and verdict are
 * summed up over an aggregation interval, with their flags or-ed, as AWS documents it. No line of the engine is used.
 */

/** How a connection goes. */
export type ConnectionKind =
  /** Opened, used and closed within seconds. */
  | "short"
  /** Opened within the log, used for a long time, closed. */
  | "long"
  /** Open before the log begins and after it ends. */
  | "pooled"
  /** Refused by a security group: attempts without an answer. */
  | "refused"
  /** Let through, but nothing answers. */
  | "halfOpen"
  /** Let through, and answered by a reset. */
  | "reset"
  /** Two short ones, one right after the other, from the same port. */
  | "portReuse"
  /** Datagrams, both ways. */
  | "udp";

/** A connection with known ends. */
export interface Connection {
  readonly kind: ConnectionKind;
  readonly consumer: string;
  readonly consumerPort: number;
  readonly provider: string;
  readonly port: number;
  /** Seconds since 1970. */
  readonly start: number;
  /** Address by which the interface knows the consumer where that is not the packet's: a pod behind its node. */
  readonly consumerSeenAs?: string;
}

interface Packet {
  readonly at: number;
  readonly fromConsumer: boolean;
  /** As AWS counts them: FIN 1, SYN 2, RST 4, SYN with ACK 18, else 0. */
  readonly flags: number;
  readonly bytes: number;
}

/** One record of the log. */
export interface LoggedRecord {
  readonly connection: Connection;
  readonly fromConsumer: boolean;
  readonly protocol: 6 | 17;
  readonly flags: number;
  readonly packets: number;
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
  readonly action: "ACCEPT" | "REJECT";
}

const asks = (at: number, flags: number, bytes = 60): Packet => ({ at, fromConsumer: true, flags, bytes });
const answers = (at: number, flags: number, bytes = 60): Packet => ({
  at,
  fromConsumer: false,
  flags,
  bytes,
});
const exchange = (at: number): readonly Packet[] => [asks(at, 0, 200), answers(at + 1, 0, 1500)];
const opening = (at: number): readonly Packet[] => [asks(at, 2), answers(at, 18), asks(at, 0)];
const closing = (at: number): readonly Packet[] => [asks(at, 1), answers(at, 1), asks(at, 0)];
const every = (from: number, count: number, apart: number): readonly Packet[] =>
  Array.from({ length: count }, (_, i) => exchange(from + i * apart)).flat();
const short = (at: number): readonly Packet[] => [...opening(at), ...exchange(at + 1), ...closing(at + 3)];

const PACKETS: Record<ConnectionKind, (start: number) => readonly Packet[]> = {
  short,
  long: (at) => [...opening(at), ...every(at + 5, 30, 97), ...closing(at + 3_000)],
  pooled: (at) => every(at, 25, 61),
  refused: (at) => [0, 1, 3, 7].map((delay) => asks(at + delay, 2)),
  halfOpen: (at) => [0, 1, 3].map((delay) => asks(at + delay, 2)),
  reset: (at) => [asks(at, 2), answers(at, 4)],
  portReuse: (at) => [...short(at), ...short(at + 20)],
  udp: (at) => every(at, 4, 40),
};

/** What the interface logs, in the order of time. */
export function recordsOf(connections: readonly Connection[], interval: 60 | 600): readonly LoggedRecord[] {
  const records = new Map<string, LoggedRecord>();
  for (const connection of connections) {
    for (const packet of PACKETS[connection.kind](connection.start)) {
      const action = connection.kind === "refused" ? "REJECT" : "ACCEPT";
      const protocol = connection.kind === "udp" ? 17 : 6;
      const { consumer, consumerPort, provider, port, consumerSeenAs } = connection;
      const tuple = [consumer, consumerSeenAs, consumerPort, provider, port, protocol, action];
      const slot = Math.floor(packet.at / interval);
      const key = [...tuple, packet.fromConsumer, slot].join(" ");
      const before = records.get(key);
      records.set(key, {
        connection,
        fromConsumer: packet.fromConsumer,
        protocol,
        action,
        flags: (before?.flags ?? 0) | packet.flags,
        packets: (before?.packets ?? 0) + 1,
        bytes: (before?.bytes ?? 0) + packet.bytes,
        start: Math.min(before?.start ?? packet.at, packet.at),
        end: Math.max(before?.end ?? packet.at, packet.at),
      });
    }
  }
  return [...records.values()].toSorted((a, b) => a.start - b.start);
}

/** What must be found of all records of one consumer, provider, port, protocol and action. */
export interface TrueConversation {
  readonly consumer: string;
  readonly provider: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly action: "ACCEPT" | "REJECT";
  readonly records: number;
  readonly packets: number;
  readonly bytes: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Whether one of its records has a SYN. */
  readonly hasSyn: boolean;
}

/** The truth, in no particular order; `pkt` tells whether the log has the addresses of packets. */
export function truthOf(records: readonly LoggedRecord[], pkt: boolean): readonly TrueConversation[] {
  const found = new Map<string, LoggedRecord[]>();
  for (const record of records) {
    const key = [consumerOf(record, pkt), record.connection.provider, record.connection.port];
    const all = [...key, record.protocol, record.action].join(" ");
    found.set(all, [...(found.get(all) ?? []), record]);
  }
  return [...found.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const sum = (count: (record: LoggedRecord) => number): number => same.reduce((n, r) => n + count(r), 0);
    return [
      {
        consumer: consumerOf(first, pkt),
        provider: first.connection.provider,
        port: first.connection.port,
        protocol: first.protocol === 6 ? ("tcp" as const) : ("udp" as const),
        action: first.action,
        records: same.length,
        packets: sum((r) => r.packets),
        bytes: sum((r) => r.bytes),
        firstSeen: utc(Math.min(...same.map((r) => r.start))),
        lastSeen: utc(Math.max(...same.map((r) => r.end))),
        hasSyn: same.some((r) => (r.flags & 2) !== 0),
      },
    ];
  });
}

const consumerOf = ({ connection }: LoggedRecord, pkt: boolean): string =>
  pkt ? connection.consumer : (connection.consumerSeenAs ?? connection.consumer);

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
