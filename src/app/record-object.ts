import { parseFlowLogKey } from "../core/flow/flow-log-key.ts";
import { knownDatabases } from "../core/flow/known-databases.ts";
import { summarizeConversations } from "../core/history/summarize-conversations.ts";
import type { DatabaseAddress } from "../core/inventory/database-addresses.ts";
import type { FlowHistoryWriter } from "../ports/flow-history.ts";
import type { FlowLogObject } from "../ports/flow-log-objects.ts";
import type { ReadObject } from "./read-batches.ts";
import type { Traffic } from "./read-traffic.ts";

/** Where summaries are kept, and how an object is known again. */
export interface HistoryRecorder {
  readonly writer: FlowHistoryWriter;
  /** Hex; the same for the same object, wherever and however often it is met. */
  readonly digestOf: (object: FlowLogObject) => Promise<string>;
}

/** What became of an object's conversations: those of no known database, or without a time, are not kept. */
export interface Recorded {
  readonly conversations: number;
  readonly summaries: number;
}

/**
 * Keeps what ONE object told. To record an object again changes no count.
 *
 * @param traffic of this object alone
 */
export async function recordObject(
  { writer, digestOf }: HistoryRecorder,
  object: FlowLogObject,
  traffic: Traffic,
  addresses: readonly DatabaseAddress[],
): Promise<Recorded> {
  const known = knownDatabases(addresses.map((a) => ({ ...a, database: a.id })));
  const conversations = traffic.table.conversations(known);
  const summaries = summarizeConversations(conversations, addresses);
  const key = object.key === undefined ? undefined : parseFlowLogKey(object.key);
  const { records, noData, skipData, malformed } = traffic.table.input;
  await writer.add(
    {
      digest: await digestOf(object),
      account: key?.account ?? "unknown",
      region: key?.region ?? "unknown",
      ...(key === undefined ? {} : { flowLog: key.flowLogId, slotStart: key.slot.start }),
      records,
      noData,
      skipData,
      malformed,
      complete: traffic.incomplete.length === 0,
    },
    summaries,
  );
  return { conversations: conversations.length, summaries: summaries.length };
}

/** Objects that are written at once. */
const AT_ONCE = 8;

/** Keeps what each of several objects told; nothing where no history is kept. */
export async function recordObjects(
  recorder: HistoryRecorder | undefined,
  objects: readonly ReadObject[],
  addresses: readonly DatabaseAddress[],
): Promise<void> {
  if (recorder === undefined) return;
  const queue = [...objects];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await recordObject(recorder, next.object, next.traffic, addresses);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
