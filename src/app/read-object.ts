import type { TimeWindow } from "../core/flow/conversation.ts";
import type { ConversationTable } from "../core/flow/conversation-table.ts";
import { parseFlowLogKey } from "../core/flow/flow-log-key.ts";
import { createFlowLogReader, type FlowLogSummary } from "../core/flow/flow-log-reader.ts";
import { FlowLogFault, type FlowLogObject } from "../ports/flow-log-objects.ts";

/** What one object held, and why that is not all of it. */
export interface ObjectReading {
  readonly summary: FlowLogSummary;
  readonly fault?: FlowLogFault;
}

/** Reads one object into a table. What a corrupt or truncated one gives stands; its fault is in the answer. */
export async function readObject(
  table: ConversationTable,
  object: FlowLogObject,
  window: TimeWindow | undefined,
): Promise<ObjectReading> {
  const slot = object.key === undefined ? undefined : parseFlowLogKey(object.key)?.slot;
  const reader = createFlowLogReader({
    table,
    ...(slot === undefined ? {} : { fallbackTime: slot }),
    ...(window === undefined ? {} : { window }),
    ...(object.formats === undefined ? {} : { formats: object.formats }),
  });
  try {
    for await (const chunk of object.read()) reader.push(chunk);
    return { summary: reader.end() };
  } catch (error) {
    if (!(error instanceof FlowLogFault)) throw error;
    return { summary: reader.end(), fault: error };
  }
}
