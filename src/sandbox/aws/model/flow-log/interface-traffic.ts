import type { ConnectionAttempt, LoggingInterface } from "../network/attempt.ts";

/** One conversation as one interface sees it. The source is the side that opened it. */
export interface InterfaceTraffic {
  readonly on: LoggingInterface;
  /** Which side of the conversation the interface is. */
  readonly side: "source" | "destination";
  readonly srcaddr: string;
  readonly srcport: number;
  readonly dstaddr: string;
  readonly dstport: number;
  /** Behind a NAT gateway, on its own interface: the addresses of the packet itself. */
  readonly pktSrcaddr?: string;
  readonly pktDstaddr?: string;
  readonly protocol: number;
  readonly type: "IPv4" | "IPv6";
  readonly startMs: number;
  readonly endMs: number;
  readonly packets: number;
  readonly bytes: number;
  readonly returnPackets: number;
  readonly returnBytes: number;
  readonly action: "ACCEPT" | "REJECT";
  /** False for the middle of a long session: its packets show no SYN. */
  readonly opens: boolean;
  /** How a TCP session ends: by FIN of both, by RST of one side, or not within this description. */
  readonly ends: "fin" | "sourceReset" | "destinationReset" | "not";
}

/** What a scenario has to say of a conversation; addresses of the same family. */
export interface TrafficSketch {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly startMs: number;
  readonly side?: "source" | "destination";
  readonly fromPort?: number;
  readonly pktSrcaddr?: string;
  readonly pktDstaddr?: string;
  /** By default 6, TCP. */
  readonly protocol?: number;
  /** By default 1 second. */
  readonly durationMs?: number;
  readonly packets?: number;
  readonly bytes?: number;
  readonly returnPackets?: number;
  readonly returnBytes?: number;
  readonly action?: "ACCEPT" | "REJECT";
  readonly opens?: boolean;
  readonly ends?: InterfaceTraffic["ends"];
}

/** Fills a sketch in: by default an accepted TCP connection to this interface that opens and ends. */
export function trafficOn(on: LoggingInterface, sketch: TrafficSketch): InterfaceTraffic {
  const action = sketch.action ?? "ACCEPT";
  const full = {
    side: "destination" as const,
    fromPort: 49_152,
    protocol: 6,
    durationMs: 1_000,
    opens: true,
    ends: action === "ACCEPT" ? ("fin" as const) : ("not" as const),
    ...volumes(action, sketch),
    ...sketch,
  };
  const { from, to, port, fromPort, startMs, durationMs, ...rest } = full;
  return {
    ...rest,
    on,
    action,
    srcaddr: from,
    srcport: fromPort,
    dstaddr: to,
    dstport: port,
    type: to.includes(":") ? "IPv6" : "IPv4",
    startMs,
    endMs: startMs + durationMs,
  };
}

/** The views of an attempt in the network model: that of the destination's interface, and of the source's if it is one. */
export function trafficOfAttempt(attempt: ConnectionAttempt): readonly InterfaceTraffic[] {
  const refusedAtSource = attempt.admission.refusedBy === "sourceEgress";
  const { source, admission: _admission, closes, ...seen } = attempt;
  const ends = closes ? ("fin" as const) : ("not" as const);
  const atDestination: InterfaceTraffic = { ...seen, on: placeOf(attempt), side: "destination", ends };
  if (source === undefined) return [atDestination];
  // What leaves the source is accepted there, whatever becomes of it at the destination.
  const action = refusedAtSource ? "REJECT" : "ACCEPT";
  const atSource: InterfaceTraffic = { ...seen, on: source, side: "source", ends, action };
  return refusedAtSource ? [atSource] : [atSource, atDestination];
}

function placeOf(attempt: ConnectionAttempt): LoggingInterface {
  const { interfaceId, accountId, region, vpcId, subnetId, availabilityZone, instanceId } = attempt;
  const place = { interfaceId, accountId, region, vpcId, subnetId, availabilityZone };
  return instanceId === undefined ? place : { ...place, instanceId };
}

function volumes(action: "ACCEPT" | "REJECT", sketch: TrafficSketch) {
  const packets = sketch.packets ?? (action === "ACCEPT" ? 10 : 3);
  const returnPackets = action === "ACCEPT" ? (sketch.returnPackets ?? packets) : 0;
  return { packets, bytes: packets * 60, returnPackets, returnBytes: returnPackets * 120 };
}
