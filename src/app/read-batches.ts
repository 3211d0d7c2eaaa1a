import type { Diagnostic } from "../core/diagnostic.ts";
import { ConversationTable } from "../core/flow/conversation-table.ts";
import { AwsFault } from "../ports/aws-fault.ts";
import { FlowLogFault, type FlowLogObject, type FlowLogPart } from "../ports/flow-log-objects.ts";
import { expectedProblem } from "./expected-problem.ts";
import { readTraffic, type Traffic } from "./read-traffic.ts";
import { isOver, outOfTime, type RunTime } from "./run-time.ts";

/** One message of the queue, or one event: the objects that it announces. Objects of one name are one object. */
export interface IngestBatch {
  readonly id: string;
  readonly objects: readonly FlowLogObject[];
}

/** A batch that is to be delivered again. */
export interface FailedBatch {
  readonly id: string;
  readonly problem: Diagnostic;
}

/** What the batches held. An object of several batches counts once; those of failed batches do not count at all. */
export interface ReadBatches extends Traffic {
  /** Ids of the batches whose objects were all read. */
  readonly read: readonly string[];
  readonly failed: readonly FailedBatch[];
  /** Each object that was read, with what it alone told. */
  readonly objects: readonly ReadObject[];
}

/** One object, and what it told. */
export interface ReadObject {
  readonly object: FlowLogObject;
  readonly traffic: Traffic;
}

type ObjectReading =
  | { readonly kind: "read"; readonly traffic: Traffic }
  | { readonly kind: "failed"; readonly problem: Diagnostic; readonly everywhere: boolean };

/** Kinds of fault that would strike every other object too; asking on would only wait, or add to the load. */
const EVERYWHERE: ReadonlySet<string> = new Set(["credentials", "throttled", "unreachable", "unavailable"]);

/**
 * Reads each object once. What a corrupt or cut object gave counts, and one that is gone is reported: another delivery
 * would not mend either. Where trying again may help (throttling, a right that is missing, a broken connection), the
 * batch fails as a whole, so that nothing of it is counted twice.
 */
export async function readBatches(batches: readonly IngestBatch[], time: RunTime): Promise<ReadBatches> {
  const readings = new Map<string, ObjectReading>();
  const read: IngestBatch[] = [];
  const failed: FailedBatch[] = [];
  let everywhere: Diagnostic | undefined;
  for (const batch of batches) {
    const failure: Extract<ObjectReading, { kind: "failed" }> | undefined =
      everywhere === undefined
        ? await readObjects(batch, readings, time)
        : { kind: "failed", problem: everywhere, everywhere: true };
    if (failure === undefined) read.push(batch);
    else failed.push({ id: batch.id, problem: failure.problem });
    if (failure?.everywhere === true) everywhere = failure.problem;
  }
  return {
    ...together(read, readings),
    objects: readObjectsOf(read, readings),
    read: read.map(({ id }) => id),
    failed,
  };
}

/** Reads what other batches have not read already; answers the first failure. */
async function readObjects(
  batch: IngestBatch,
  readings: Map<string, ObjectReading>,
  time: RunTime,
): Promise<Extract<ObjectReading, { kind: "failed" }> | undefined> {
  for (const object of batch.objects) {
    const reading = readings.get(object.name) ?? (await readObject(object, time));
    readings.set(object.name, reading);
    if (reading.kind === "failed") return reading;
  }
  return undefined;
}

async function readObject(object: FlowLogObject, time: RunTime): Promise<ObjectReading> {
  try {
    const traffic = await readTraffic({ list: () => only(worthAnotherTry(object, time)) });
    return { kind: "read", traffic };
  } catch (error) {
    const cause = error instanceof TryAgain ? error.cause : error;
    const problem = error instanceof OutOfTime ? error.problem : expectedProblem(cause);
    if (problem === undefined) throw error;
    return {
      kind: "failed",
      problem,
      everywhere: cause instanceof AwsFault && EVERYWHERE.has(cause.kind),
    };
  }
}

async function* only(object: FlowLogObject): AsyncGenerator<FlowLogObject> {
  yield object;
}

/** Carries a fault of one object past the reader, which would take what was read for all there is. */
class TryAgain extends Error {}

class OutOfTime extends Error {
  readonly problem: Diagnostic;
  constructor(name: string) {
    const problem = outOfTime(`"${name}" was not read`);
    super(problem.what);
    this.problem = problem;
  }
}

/** The object, with faults that another try may mend thrown through, and an end when the time is over. */
const worthAnotherTry = (object: FlowLogObject, time: RunTime): FlowLogObject => ({
  ...object,
  read: () => bytesOrThrow(object, time),
});

async function* bytesOrThrow(object: FlowLogObject, time: RunTime): AsyncGenerator<FlowLogPart> {
  try {
    yield* bytesInTime(object, time);
  } catch (error) {
    throw mayMend(error) ? new TryAgain("Another try may read it", { cause: error }) : error;
  }
}

async function* bytesInTime(object: FlowLogObject, time: RunTime): AsyncGenerator<FlowLogPart> {
  if (isOver(time)) throw new OutOfTime(object.name);
  for await (const chunk of object.read()) {
    yield chunk;
    if (isOver(time)) throw new OutOfTime(object.name);
  }
}

const mayMend = (error: unknown): boolean =>
  error instanceof FlowLogFault && (error.kind === "denied" || error.kind === "interrupted");

/** Objects of the batches that were read, each once. */
function readObjectsOf(
  batches: readonly IngestBatch[],
  readings: ReadonlyMap<string, ObjectReading>,
): readonly ReadObject[] {
  const distinct = new Map(batches.flatMap(({ objects }) => objects.map((object) => [object.name, object])));
  return [...distinct.values()].flatMap((object) => {
    const reading = readings.get(object.name);
    return reading?.kind === "read" ? [{ object, traffic: reading.traffic }] : [];
  });
}

function together(batches: readonly IngestBatch[], readings: ReadonlyMap<string, ObjectReading>): Traffic {
  const table = new ConversationTable();
  const findings = new Map<string, Diagnostic>();
  const incomplete: string[] = [];
  const names = new Set(batches.flatMap(({ objects }) => objects.map(({ name }) => name)));
  for (const name of names) {
    const reading = readings.get(name);
    if (reading?.kind !== "read") continue;
    table.merge(reading.traffic.table.data());
    // What a format lacks is the same in all its objects.
    for (const finding of reading.traffic.findings) findings.set(`${finding.code} ${finding.what}`, finding);
    incomplete.push(...reading.traffic.incomplete);
  }
  return { table, findings: [...findings.values()], incomplete };
}
