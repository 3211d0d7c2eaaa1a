import type { HistoryRange } from "../core/history/consumers-query.ts";
import type { Summary, SummaryOrigin } from "../core/history/summary.ts";

/** One consumer of a database in the history. Times are seconds since 1970, UTC. */
export interface HistoryConsumer {
  readonly databaseArn: string;
  readonly consumer: string;
  readonly provider: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly action?: string;
  readonly records: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** Answers questions about the traffic of the past. */
export interface FlowHistory {
  /** One entry a database, consumer, provider, port, protocol and action, in this order. */
  consumers(range: HistoryRange): Promise<readonly HistoryConsumer[]>;
  close(): Promise<void>;
}

/** Keeps the summaries of flow-log objects. */
export interface FlowHistoryWriter {
  /** Adds what one object told. To add the same object again changes nothing, however far the first time came. */
  add(origin: SummaryOrigin, summaries: readonly Summary[]): Promise<void>;
}
