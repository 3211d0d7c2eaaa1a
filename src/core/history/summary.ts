import type { FlowAction, OrientedBy } from "../flow/conversation.ts";

/** What one flow-log object tells about one conversation in one hour. A field that the format lacks is absent. */
export interface Summary {
  /** ARN of the database that serves, or that opens the connection. */
  readonly databaseArn: string;
  /** Which side of the connection the database is. */
  readonly databaseSide: "provider" | "consumer";
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

/** One flow-log object: what it is, where it belongs, and how much of it could be read. Counts are lines. */
export interface HistoryObject {
  /** Lower-case hex. The same object has the same digest at every delivery. */
  readonly digest: string;
  /** `unknown` where its name does not say. */
  readonly account: string;
  readonly region: string;
  /** `fl-…`, where its name says. */
  readonly flowLog?: string;
  /** Beginning of the five minutes it is filed under, in seconds since 1970, where its name says. */
  readonly slotStart?: number;
  readonly records: number;
  readonly noData: number;
  readonly skipData: number;
  readonly malformed: number;
  /** False when it was cut or corrupt, so that lines of it are missing. */
  readonly complete: boolean;
}
