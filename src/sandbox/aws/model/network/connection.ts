import type { Endpoint } from "./endpoint.ts";
import type { NetworkPath, Traffic } from "./evaluate.ts";

/** How one interface remembers a connection. */
export type Tracking = "tracked" | "untracked";

/** An open connection. Ask the network whether it is still alive. */
export interface Connection {
  readonly id: number;
  readonly source: Endpoint;
  readonly sourcePort: number;
  readonly destination: Endpoint;
  readonly traffic: Traffic;
  readonly path: NetworkPath;
  /** By the interface that accepted it; absent when the destination is outside the sandbox. */
  readonly atDestination: Tracking | undefined;
  /** By the interface that opened it; absent when the source is outside the sandbox. */
  readonly atSource: Tracking | undefined;
  readonly openedAtMs: number;
}

/** TCP established 5 days, or 350 s on newer hosts; UDP stream 180 s; others 600 s. */
export interface IdleTimeouts {
  tcpMs: number;
  udpMs: number;
  otherMs: number;
}

/** The defaults of ConnectionTrackingSpecification. */
export const DEFAULT_IDLE_TIMEOUTS: IdleTimeouts = { tcpMs: 432_000_000, udpMs: 180_000, otherMs: 600_000 };

/** After so long without a packet the tracking entry is forgotten. */
export function idleTimeoutMs(timeouts: IdleTimeouts, protocol: string): number {
  if (protocol === "tcp") return timeouts.tcpMs;
  return protocol === "udp" ? timeouts.udpMs : timeouts.otherMs;
}
