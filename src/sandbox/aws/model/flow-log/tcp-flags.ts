import type { InterfaceTraffic } from "./interface-traffic.ts";

const FIN = 1;
const SYN = 2;
const RST = 4;
const SYN_ACK = 18;
const TCP = 6;

/** Which part of a conversation falls into an aggregation interval. */
export interface IntervalPosition {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * The tcp-flags of one direction in one interval: those seen, OR-ed. Only SYN, SYN-ACK, FIN and RST are recorded, so
 * the middle of a session is 0, and so is anything but TCP.
 */
export function tcpFlags(
  traffic: InterfaceTraffic,
  sender: "source" | "destination",
  position: IntervalPosition,
): number {
  if (traffic.protocol !== TCP) return 0;
  const opening = traffic.opens && position.isFirst ? (sender === "source" ? SYN : SYN_ACK) : 0;
  return opening | (position.isLast ? closingFlags(traffic.ends, sender) : 0);
}

function closingFlags(ends: InterfaceTraffic["ends"], sender: "source" | "destination"): number {
  if (ends === "fin") return FIN;
  if (ends === "sourceReset") return sender === "source" ? RST : 0;
  return ends === "destinationReset" && sender === "destination" ? RST : 0;
}
