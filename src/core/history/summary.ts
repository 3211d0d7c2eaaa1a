import type { FlowAction, OrientedBy } from "../flow/conversation.ts";

/** What one flow-log object tells about one conversation in one hour. A field that the format lacks is absent. */
export interface Summary {
  /** ARN of the database that serves, or that opens the connection. */
  readonly databaseArn: string;
  /** Beginning of the hour in which it was last seen, in seconds since 1970, UTC. */
  readonly hour: number;
  readonly consumer: string;
  readonly provider: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly action?: FlowAction;
  readonly records: number;
  readonly packets?: number;
  readonly bytes?: number;
  /** Seconds since 1970, UTC. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly orientedBy: OrientedBy;
}

/** Where the summaries of one flow-log object belong: its account and region, and a digest of what it is. */
export interface SummaryOrigin {
  readonly account: string;
  readonly region: string;
  /** Lower-case hex. The same object has the same digest at every delivery. */
  readonly objectDigest: string;
}
