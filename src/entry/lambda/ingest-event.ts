import type { SQSBatchResponse } from "aws-lambda";
import { carriedLogEvents } from "../../adapters/aws/carried-log-events.ts";
import { withLogFormats } from "../../adapters/aws/log-group-formats.ts";
import { s3FlowLogObject } from "../../adapters/aws/s3-flow-logs.ts";
import { expectedProblem } from "../../app/expected-problem.ts";
import { type IngestReport, ingestFlowLogs } from "../../app/ingest-flow-logs.ts";
import type { FailedBatch, IngestBatch } from "../../app/read-batches.ts";
import { NO_FIGURES } from "../../app/upload-figures.ts";
import { parseFlowLogKey } from "../../core/flow/flow-log-key.ts";
import { addReports } from "./add-reports.ts";
import type { AnnouncedObject } from "./announced-objects.ts";
import { type EventMessage, eventMessages, objectName } from "./event-messages.ts";
import { logReport } from "./log-report.ts";
import type { TargetName } from "./targets.ts";
import type { LambdaDeps } from "./wire.ts";

/**
 * Takes one event of any form. Flow logs are worked on place by place, each beside the databases of the account and
 * region that wrote it. From a queue, only the messages that failed are delivered again; any other event that failed
 * in part is failed whole, once the rest of its work is done, so that Lambda tries it again.
 *
 * @throws Error when an event that did not come through a queue failed
 */
export async function ingestEvent(deps: LambdaDeps, event: unknown): Promise<SQSBatchResponse> {
  const { fromQueue, messages } = eventMessages(event);
  const readable = messages.filter(({ malformed }) => malformed === undefined);
  const reports: IngestReport[] = [];
  for (const place of placesOf(deps, readable)) reports.push(await ingestPlace(deps, place));
  const report = addReports(reports);
  const failed = [...messages.flatMap(malformedOf), ...report.failed];
  logReport(deps.logger, messages, { ...report, failed });
  if (!fromQueue && failed.length > 0)
    throw new Error(failed.map(({ problem }) => `${problem.what}. ${problem.why}`).join("; "));
  return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) };
}

const malformedOf = ({ id, malformed }: EventMessage): readonly FailedBatch[] =>
  malformed === undefined ? [] : [{ id, problem: malformed }];

/** The part of an event that comes from one account and region, or from nobody knows where. */
interface Place {
  readonly name: TargetName | undefined;
  readonly batches: readonly IngestBatch[];
}

/** Always one at least, so that an event with nothing to read is reported, too. */
function placesOf(deps: LambdaDeps, messages: readonly EventMessage[]): readonly Place[] {
  const parts = messages.flatMap((message) => partsOf(deps, message));
  const places = [...Map.groupBy(parts, ({ name }) => `${name?.accountId} ${name?.region}`).values()];
  if (places.length === 0) return [{ name: undefined, batches: [] }];
  return places.map((some) => ({ name: some[0]?.name, batches: some.map(({ batch }) => batch) }));
}

interface Part {
  readonly name: TargetName | undefined;
  readonly batch: IngestBatch;
}

/** A message by the places of its objects: nearly always one. */
function partsOf(
  { clients, formatsOf }: LambdaDeps,
  { id, objects, logEvents }: EventMessage,
): readonly Part[] {
  const byPlace = Map.groupBy(objects, (object) => {
    const name = placeOf(object);
    return `${name?.accountId} ${name?.region}`;
  });
  const announced = [...byPlace.values()].map((some) => ({
    name: some[0] === undefined ? undefined : placeOf(some[0]),
    batch: {
      id,
      objects: some.map((object) =>
        withLogFormats({ ...s3FlowLogObject(clients, object), name: objectName(object) }, formatsOf),
      ),
    },
  }));
  if (logEvents !== undefined)
    return [
      ...announced,
      { name: undefined, batch: { id, objects: [withLogFormats(carriedLogEvents(logEvents), formatsOf)] } },
    ];
  return announced.length > 0 ? announced : [{ name: undefined, batch: { id, objects: [] } }];
}

/** The account and region that wrote an object; AWS names both in its key, and Firehose neither. */
function placeOf({ key }: AnnouncedObject): TargetName | undefined {
  const parsed = parseFlowLogKey(key);
  return parsed && { accountId: parsed.account, region: parsed.region };
}

async function ingestPlace(deps: LambdaDeps, { name, batches }: Place): Promise<IngestReport> {
  try {
    const placed = await deps.portsOf(name);
    return await ingestFlowLogs({ ...deps.ports, ...placed }, deps.settings, batches);
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    const failed = batches.map(({ id }) => ({ id, problem }));
    const nothing = { objects: 0, records: 0, findings: [], incomplete: [], planFindings: [] };
    return { failed, upload: NO_FIGURES, ...nothing };
  }
}
