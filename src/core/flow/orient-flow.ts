import type { OrientedBy } from "./conversation.ts";
import type { KnownDatabases } from "./known-databases.ts";
import { isEphemeralPort, isServicePort } from "./service-port.ts";

/** One end of a flow; the port is -1 when the format has none. */
export interface FlowEnd {
  readonly address: number | bigint;
  readonly port: number;
  /** Whether it sent at least one of the records. */
  readonly sent: boolean;
  /** Whether a SYN elsewhere in the read shows the other end opening a connection to this address and port. */
  readonly isSynProvider: boolean;
}

/** Which end serves, and what says so. */
export interface Orientation {
  readonly provider: "a" | "b";
  readonly by: OrientedBy;
}

/**
 * Decides who serves a flow whose records show no SYN, on the strongest evidence that names exactly one end.
 * Without any, `by` is `unknown` and the roles are only an order that is the same for both directions: the end of
 * known port serves, else the lower port, else the end that sent nothing, else B.
 */
export function orientFlow(a: FlowEnd, b: FlowEnd, databases: KnownDatabases): Orientation {
  const bySyn = exactlyOne(a.isSynProvider, b.isSynProvider);
  if (bySyn !== undefined) return { provider: bySyn, by: "syn" };
  const byDatabase = exactlyOne(isDatabaseEnd(a, b, databases), isDatabaseEnd(b, a, databases));
  if (byDatabase !== undefined) return { provider: byDatabase, by: "database" };
  const byPort = exactlyOne(isServiceEnd(a, b), isServiceEnd(b, a));
  if (byPort !== undefined) return { provider: byPort, by: "port" };
  return { provider: arbitraryProvider(a, b), by: "unknown" };
}

function exactlyOne(a: boolean, b: boolean): "a" | "b" | undefined {
  if (a === b) return undefined;
  return a ? "a" : "b";
}

/** A known database serves its own port; when that is unknown, a port that is not one of a consumer. */
function isDatabaseEnd(end: FlowEnd, other: FlowEnd, databases: KnownDatabases): boolean {
  const there = databases.get(end.address);
  if (there === undefined) return false;
  return there.some(({ port }) =>
    port === undefined
      ? end.port >= 0 && !isEphemeralPort(end.port) && isEphemeralPort(other.port)
      : port === end.port,
  );
}

function isServiceEnd(end: FlowEnd, other: FlowEnd): boolean {
  return isServicePort(end.port) && isEphemeralPort(other.port);
}

function arbitraryProvider(a: FlowEnd, b: FlowEnd): "a" | "b" {
  if (a.port < 0 !== b.port < 0) return a.port < 0 ? "b" : "a";
  if (a.port !== b.port) return a.port < b.port ? "a" : "b";
  return a.sent || !b.sent ? "b" : "a";
}
