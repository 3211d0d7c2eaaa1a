/** What happened to the packets, as the flow log says. */
export type FlowAction = "ACCEPT" | "REJECT";

/**
 * What says who opened the connection, strongest first: a SYN or SYN-ACK, a known database's address and port, a
 * service port against an ephemeral one; `unknown` when nothing does, and then the roles are only an order.
 */
export type OrientedBy = "syn" | "database" | "port" | "unknown";

/**
 * All records of one consumer, provider, port, protocol and action, in both directions.
 * A field that the log format does not carry is absent, never zero.
 */
export interface Conversation {
  /** Canonical address of the side that opens the connection. */
  readonly consumer: string;
  /** Canonical address of the side that serves it. */
  readonly provider: string;
  /** The provider's port; 0 as logged for protocols without ports. */
  readonly port?: number;
  /** `tcp`, `udp`, `icmp`, or the protocol number as text. */
  readonly protocol?: string;
  readonly action?: FlowAction;
  /** Flow-log records, of both directions and of every interface that saw them. */
  readonly records: number;
  readonly packets?: number;
  readonly bytes?: number;
  /** Start of the earliest record, UTC (`2026-08-15T04:30:00Z`). */
  readonly firstSeen?: string;
  /** End of the latest record, UTC. */
  readonly lastSeen?: string;
  readonly orientedBy: OrientedBy;
  /** Name of the known database at the provider's address, else at the consumer's. */
  readonly database?: string;
  /** The interfaces that logged it, sorted. */
  readonly interfaceIds?: readonly string[];
}

/** What was read, in whole lines; `records` is the sum of the four below it. */
export interface FlowInput {
  readonly objects: number;
  readonly records: number;
  readonly conversationRecords: number;
  /** Intervals without traffic, and lines of nothing but `-` in a format without `log-status`. */
  readonly noData: number;
  /** Intervals of which AWS lost records: absence of a flow proves nothing there. */
  readonly skipData: number;
  readonly malformed: number;
}

/** A span of time: seconds since 1970, UTC, both ends included. */
export interface TimeWindow {
  readonly start: number;
  readonly end: number;
}
