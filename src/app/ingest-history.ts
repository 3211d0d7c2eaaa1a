import type { Diagnostic } from "../core/diagnostic.ts";
import type { DatabaseAddress } from "../core/inventory/database-addresses.ts";
import { FlowLogFault, type FlowLogObject, type FlowLogObjects } from "../ports/flow-log-objects.ts";
import { readTraffic } from "./read-traffic.ts";
import { type HistoryRecorder, recordObject } from "./record-object.ts";

/** What was read and kept. */
export interface HistoryIngestReport {
  readonly objects: number;
  readonly records: number;
  readonly conversations: number;
  readonly summaries: number;
  readonly findings: readonly Diagnostic[];
  /** Objects that gave only a part of their lines; what they gave is kept. */
  readonly incomplete: readonly string[];
  /** Objects of which nothing is kept, because another try may read them whole. */
  readonly unread: readonly string[];
}

/** Objects that are read and written at once: most of the time is waiting for S3. */
const AT_ONCE = 8;

/**
 * Reads each object and keeps what it tells of the databases. An object that was kept before, by whomever, is not
 * counted twice.
 */
export async function ingestHistory(
  recorder: HistoryRecorder,
  objects: FlowLogObjects,
  addresses: readonly DatabaseAddress[],
  onObject?: (name: string) => void,
): Promise<HistoryIngestReport> {
  const findings = new Map<string, Diagnostic>();
  const sum = { objects: 0, records: 0, conversations: 0, summaries: 0 };
  const incomplete: string[] = [];
  const unread: string[] = [];
  const take = async (object: FlowLogObject): Promise<void> => {
    onObject?.(object.name);
    const reading = watched(object);
    const traffic = await readTraffic({ list: () => only(reading.object) });
    for (const finding of traffic.findings) findings.set(`${finding.code} ${finding.what}`, finding);
    if (reading.mayMend()) {
      unread.push(object.name);
      return;
    }
    const { conversations, summaries } = await recordObject(recorder, object, traffic, addresses);
    sum.objects += 1;
    sum.records += traffic.table.input.records;
    sum.conversations += conversations;
    sum.summaries += summaries;
    incomplete.push(...traffic.incomplete);
  };
  const waiting = objects.list()[Symbol.asyncIterator]();
  const work = async (): Promise<void> => {
    for (let next = await waiting.next(); next.done !== true; next = await waiting.next())
      await take(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { ...sum, findings: [...findings.values()], incomplete: incomplete.sort(), unread: unread.sort() };
}

/** The object, and whether reading it ended in a way that another try may mend. */
function watched(object: FlowLogObject): { readonly object: FlowLogObject; readonly mayMend: () => boolean } {
  let fault: FlowLogFault | undefined;
  return {
    mayMend: () => fault?.kind === "denied" || fault?.kind === "interrupted",
    object: {
      ...object,
      async *read() {
        try {
          yield* object.read();
        } catch (error) {
          if (error instanceof FlowLogFault) fault = error;
          throw error;
        }
      },
    },
  };
}

async function* only(object: FlowLogObject): AsyncGenerator<FlowLogObject> {
  yield object;
}
