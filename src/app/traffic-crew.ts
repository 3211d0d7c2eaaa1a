import type { TimeWindow } from "../core/flow/conversation.ts";
import type { ConversationTableData } from "../core/flow/conversation-table.ts";
import type { FlowLogObject } from "../ports/flow-log-objects.ts";
import type { ObjectReading } from "./read-object.ts";

/** Reads objects elsewhere, as in a thread of its own, into a table that stays there until it is asked for. */
export interface TrafficHelper {
  /** How many objects it is given at once, so that it need not wait for the next. */
  readonly atOnce: number;
  /** Whether it can read this one. */
  takes(object: FlowLogObject): boolean;
  read(object: FlowLogObject, window: TimeWindow | undefined): Promise<ObjectReading>;
  /** All that it has read. */
  table(): Promise<ConversationTableData>;
  close(): Promise<void>;
}

/** Those who help to read objects, hired when there is enough to read. */
export interface TrafficCrew {
  /** Bytes as they are stored from which on there is enough for them. */
  readonly from: number;
  hire(): readonly TrafficHelper[];
}

/** Nobody helps. */
export const NOBODY: TrafficCrew = { from: Number.POSITIVE_INFINITY, hire: () => [] };
