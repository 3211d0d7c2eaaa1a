import type { HistoryRange } from "../core/history/consumers-query.ts";
import type { DatabaseLog, HistoryConsumer, LogHour } from "../core/history/history-answers.ts";
import type { HistorySpan } from "../core/history/live-rows.ts";
import type { HistoryObject, Summary } from "../core/history/summary.ts";

/** Answers questions about the traffic of the past. Each throws a {@link HistoryFault} when it cannot be read in full. */
export interface FlowHistory {
  /** For messages. */
  readonly name: string;
  /** One entry a database, consumer, provider, port, protocol and action, in this order. */
  consumers(range: HistoryRange): Promise<readonly HistoryConsumer[]>;
  /** One entry a flow log and hour of which there is an object. */
  logHours(span: HistorySpan): Promise<readonly LogHour[]>;
  databaseLogs(span: HistorySpan): Promise<readonly DatabaseLog[]>;
  close(): Promise<void>;
}

/** Keeps the summaries of flow-log objects. */
export interface FlowHistoryWriter {
  /** Adds what one object told. To add the same object again changes no count, however far the first time came. */
  add(object: HistoryObject, summaries: readonly Summary[]): Promise<void>;
}

/** The history cannot be read, or cannot be written to. */
export class HistoryFault extends Error {
  readonly why: string;
  readonly fix: string;
  constructor(message: string, why: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HistoryFault";
    this.why = why;
    this.fix = fix;
  }
}
