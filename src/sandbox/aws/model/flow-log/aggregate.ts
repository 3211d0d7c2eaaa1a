import type { InterfaceTraffic } from "./interface-traffic.ts";
import type { TrafficRecord } from "./record.ts";
import { tcpFlags } from "./tcp-flags.ts";

/** A piece of a conversation within one aggregation interval. */
interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  /** Parts of the whole, 0 to 1, that have passed when the piece starts and ends. */
  readonly from: number;
  readonly to: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * Cuts a conversation into flow-log records: one an interval and direction, none for a direction without packets. A
 * rejected attempt is a single record without an answer.
 *
 * @param intervalMs the aggregation interval, at most 60 000 on today's hosts
 */
export function recordsOf(traffic: InterfaceTraffic, intervalMs: number): readonly TrafficRecord[] {
  return piecesOf(traffic.startMs, traffic.endMs, intervalMs).flatMap((piece) => [
    ...directionRecord(traffic, "source", piece),
    ...(traffic.action === "ACCEPT" ? directionRecord(traffic, "destination", piece) : []),
  ]);
}

function directionRecord(
  traffic: InterfaceTraffic,
  sender: "source" | "destination",
  piece: Piece,
): readonly TrafficRecord[] {
  const total = sender === "source" ? traffic.packets : traffic.returnPackets;
  if (total === 0) return [];
  const flags = tcpFlags(traffic, sender, piece);
  const packets = Math.max(share(total, piece), flags === 0 ? 0 : 1);
  if (packets === 0) return [];
  const bytes = share(sender === "source" ? traffic.bytes : traffic.returnBytes, piece);
  return [
    {
      logStatus: "OK",
      on: traffic.on,
      ...addressesOf(traffic, sender),
      protocol: traffic.protocol,
      packets,
      bytes: Math.max(bytes, packets * 40),
      startMs: piece.startMs,
      endMs: piece.endMs,
      action: traffic.action,
      tcpFlags: flags,
      type: traffic.type,
      flowDirection: sender === traffic.side ? "egress" : "ingress",
    },
  ];
}

function addressesOf(traffic: InterfaceTraffic, sender: "source" | "destination") {
  const { srcaddr, srcport, dstaddr, dstport } = traffic;
  const pktSrcaddr = traffic.pktSrcaddr ?? srcaddr;
  const pktDstaddr = traffic.pktDstaddr ?? dstaddr;
  if (sender === "source") return { srcaddr, srcport, dstaddr, dstport, pktSrcaddr, pktDstaddr };
  return {
    srcaddr: dstaddr,
    srcport: dstport,
    dstaddr: srcaddr,
    dstport: srcport,
    pktSrcaddr: pktDstaddr,
    pktDstaddr: pktSrcaddr,
  };
}

function piecesOf(startMs: number, endMs: number, intervalMs: number): readonly Piece[] {
  const pieces: Piece[] = [];
  const duration = Math.max(1, endMs - startMs);
  const first = Math.floor(startMs / intervalMs);
  const last = Math.floor(Math.max(startMs, endMs - 1) / intervalMs);
  for (let index = first; index <= last; index += 1) {
    const from = Math.max(startMs, index * intervalMs);
    const to = Math.min(Math.max(endMs, startMs + 1), (index + 1) * intervalMs);
    pieces.push({
      startMs: from,
      endMs: to - 1,
      from: (from - startMs) / duration,
      to: (to - startMs) / duration,
      isFirst: index === first,
      isLast: index === last,
    });
  }
  return pieces;
}

/** The shares of all pieces add up to the total; the first piece gets at least one. */
function share(total: number, piece: Piece): number {
  return Math.ceil(total * piece.to) - Math.ceil(total * piece.from);
}
