import type { Diagnostic } from "../core/diagnostic.ts";
import type { TimeWindow } from "../core/flow/conversation.ts";
import { ConversationTable } from "../core/flow/conversation-table.ts";
import { filedInWindow } from "../core/flow/filed-in-window.ts";
import type { FlowLogSummary } from "../core/flow/flow-log-reader.ts";
import type { FlowLogFault, FlowLogObject, FlowLogObjects } from "../ports/flow-log-objects.ts";
import { begunAhead } from "./begun-ahead.ts";
import { type ObjectReading, readObject } from "./read-object.ts";
import { NOBODY, type TrafficCrew, type TrafficHelper } from "./traffic-crew.ts";

/** The conversations of a read, and what was wrong with its objects. */
export interface Traffic {
  readonly table: ConversationTable;
  readonly findings: readonly Diagnostic[];
  /** Objects that gave only a part of their lines, or none. */
  readonly incomplete: readonly string[];
}

/** An object and its place in the list. */
interface PlacedObject extends FlowLogObject {
  readonly place: number;
}

/** What came of it. */
interface PlacedReading extends ObjectReading {
  readonly place: number;
  readonly name: string;
}

/** So many objects are enough for helpers, however small they are; as many as a page of S3 lists. */
const MANY = 1000;

/**
 * Reads every object into one table. A corrupt or truncated object gives what could be read, is named in `findings`
 * and never stops the others. Whoever helps, the answer is the same.
 *
 * @param window leaves out records outside of it, and objects that can hold none of it
 * @param table holds what was read before; by default nothing
 * @param crew may be hired to help
 */
export async function readTraffic(
  objects: FlowLogObjects,
  onObject?: (name: string) => void,
  window?: TimeWindow,
  table: ConversationTable = new ConversationTable(),
  crew: TrafficCrew = NOBODY,
): Promise<Traffic> {
  const { first, rest, isEnough } = await gathered(inWindow(objects.list(), window), crew.from);
  const listed = placed(first, rest);
  const readings: PlacedReading[] = [];
  const read = async (
    object: PlacedObject,
    reader: (object: FlowLogObject) => Promise<ObjectReading>,
  ): Promise<void> => {
    onObject?.(object.name);
    readings.push({ ...(await reader(object)), place: object.place, name: object.name });
  };
  const here = (object: FlowLogObject): Promise<ObjectReading> => readObject(table, object, window);
  const helpers = isEnough ? crew.hire() : [];
  const help = async (helper: TrafficHelper): Promise<void> => {
    const there = (object: FlowLogObject): Promise<ObjectReading> => helper.read(object, window);
    for await (const next of shared(listed)) await read(next, helper.takes(next) ? there : here);
  };
  try {
    await Promise.all([
      // The first takes an object before the helpers do, and only then one ahead.
      (async () => {
        for await (const next of begunAhead(shared(listed))) await read(next, here);
      })(),
      ...helpers.flatMap((helper) => Array.from({ length: helper.atOnce }, () => help(helper))),
    ]);
    for (const helper of helpers) {
      const data = await helper.table();
      // What it holds besides is memory that the merged table takes.
      await helper.close();
      table.merge(data);
    }
  } finally {
    await listed.return(undefined);
    await Promise.all(helpers.map((helper) => helper.close()));
  }
  return { table, ...told(readings) };
}

/** The objects that were listed until it was known whether there is enough for helpers, and the others. */
async function gathered(
  objects: AsyncGenerator<FlowLogObject>,
  from: number,
): Promise<{
  readonly first: readonly FlowLogObject[];
  readonly rest: AsyncGenerator<FlowLogObject>;
  readonly isEnough: boolean;
}> {
  const first: FlowLogObject[] = [];
  let bytes = 0;
  while (from < Number.POSITIVE_INFINITY) {
    const next = await objects.next();
    if (next.done === true) break;
    first.push(next.value);
    bytes += next.value.size ?? 0;
    if ((bytes >= from && first.length > 1) || first.length >= MANY)
      return { first, rest: objects, isEnough: true };
  }
  return { first, rest: objects, isEnough: false };
}

async function* placed(
  first: readonly FlowLogObject[],
  rest: AsyncGenerator<FlowLogObject>,
): AsyncGenerator<PlacedObject> {
  try {
    let place = 0;
    for (const object of first) {
      yield { ...object, place };
      place += 1;
    }
    for await (const object of rest) {
      yield { ...object, place };
      place += 1;
    }
  } finally {
    await rest.return(undefined);
  }
}

/** A share in a list that others take from, too: whoever leaves early does not end it. */
const shared = <Item>(list: AsyncGenerator<Item>): AsyncIterable<Item> => ({
  [Symbol.asyncIterator]: () => ({ next: () => list.next() }),
});

async function* inWindow(
  objects: AsyncIterable<FlowLogObject>,
  window: TimeWindow | undefined,
): AsyncGenerator<FlowLogObject> {
  for await (const object of objects) {
    if (window === undefined || object.key === undefined || filedInWindow(object.key, window)) yield object;
  }
}

/** What was wrong, in the order of the list. What is wrong with every object of a kind is said once. */
function told(readings: readonly PlacedReading[]): Pick<Traffic, "findings" | "incomplete"> {
  const findings = new Map<string, Diagnostic>();
  const incomplete: string[] = [];
  for (const { name, summary, fault } of readings.toSorted((a, b) => a.place - b.place)) {
    const faults = fault === undefined ? [] : [faultFinding(fault)];
    for (const finding of [...summaryFindings(name, summary), ...faults])
      findings.set(`${finding.code} ${finding.what}`, finding);
    if (fault !== undefined) incomplete.push(name);
  }
  return { findings: [...findings.values()], incomplete };
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
