import type { TimeWindow } from "./conversation.ts";

/** Whole lines of text, and when what they tell of happened: for records whose format has no time. */
export interface TimedText {
  /** Ends with a line feed. */
  readonly text: Uint8Array;
  readonly time: TimeWindow;
  /** Where CloudWatch Logs has the lines from. */
  readonly source?: LogSource;
  /** Formats that the lines may be in, since log events have no header: the fields of each, in their order. */
  readonly formats?: LogFormats;
}

/** A stream of CloudWatch Logs. */
export interface LogSource {
  /** Number of the account that owns it. */
  readonly account: string;
  readonly logGroup: string;
  /** For flow logs the interface and the kind of traffic: `eni-0a1b2c3d4e5f60718-all`. */
  readonly logStream: string;
}

/** Formats of flow logs: the names of the fields of each, in the order of the columns. */
export type LogFormats = readonly (readonly string[])[];
