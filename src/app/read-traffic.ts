import type { Diagnostic } from "../core/diagnostic.ts";
import type { TimeWindow } from "../core/flow/conversation.ts";
import { ConversationTable } from "../core/flow/conversation-table.ts";
import { filedInWindow } from "../core/flow/filed-in-window.ts";
import { parseFlowLogKey } from "../core/flow/flow-log-key.ts";
import { createFlowLogReader, type FlowLogSummary } from "../core/flow/flow-log-reader.ts";
import { FlowLogFault, type FlowLogObject, type FlowLogObjects } from "../ports/flow-log-objects.ts";
import { begunAhead } from "./begun-ahead.ts";

/** The conversations of a read, and what was wrong with its objects. */
export interface Traffic {
  readonly table: ConversationTable;
  readonly findings: readonly Diagnostic[];
  /** Objects that gave only a part of their lines, or none. */
  readonly incomplete: readonly string[];
}

/**
 * Reads every object into one table. A corrupt or truncated object gives what could be read, is named in `findings`
 * and never stops the others.
 *
 * @param window leaves out records outside of it, and objects that can hold none of it
 * @param table holds what was read before; by default nothing
 */
export async function readTraffic(
  objects: FlowLogObjects,
  onObject?: (name: string) => void,
  window?: TimeWindow,
  table: ConversationTable = new ConversationTable(),
): Promise<Traffic> {
  const findings = new Map<string, Diagnostic>();
  const incomplete: string[] = [];
  for await (const object of begunAhead(inWindow(objects.list(), window))) {
    onObject?.(object.name);
    const { summary, fault } = await readObject(table, object, window);
    for (const finding of [
      ...summaryFindings(object.name, summary),
      ...(fault === undefined ? [] : [faultFinding(fault)]),
    ]) {
      findings.set(`${finding.code} ${finding.what}`, finding);
    }
    if (fault !== undefined) incomplete.push(object.name);
  }
  return { table, findings: [...findings.values()], incomplete };
}

async function* inWindow(
  objects: AsyncIterable<FlowLogObject>,
  window: TimeWindow | undefined,
): AsyncGenerator<FlowLogObject> {
  for await (const object of objects) {
    if (window === undefined || object.key === undefined || filedInWindow(object.key, window)) yield object;
  }
}

async function readObject(
  table: ConversationTable,
  object: FlowLogObject,
  window: TimeWindow | undefined,
): Promise<{ readonly summary: FlowLogSummary; readonly fault?: FlowLogFault }> {
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

function summaryFindings(name: string, summary: FlowLogSummary): readonly Diagnostic[] {
  const samples = summary.malformed.map((line) => `line ${line.line}: ${line.reason}`);
  const malformed: readonly Diagnostic[] =
    samples.length === 0
      ? []
      : [
          {
            code: "FLOW_LINES_MALFORMED",
            what: `${summary.input.malformed} lines of ${name} could not be read (${samples.join("; ")})`,
            why: "They are counted and left out; the other lines stand",
            fix: "Look at these lines; a cut download is the usual cause",
          },
        ];
  return [...summary.diagnostics, ...malformed];
}

const faultFinding = (fault: FlowLogFault): Diagnostic => ({
  code: "FLOW_OBJECT_INCOMPLETE",
  what: fault.message,
  why: "What could be read of it counts; the rest is missing",
  fix: fault.fix,
});
