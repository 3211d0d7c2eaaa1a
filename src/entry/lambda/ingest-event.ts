import type { SQSBatchResponse } from "aws-lambda";
import { carriedLogEvents } from "../../adapters/aws/carried-log-events.ts";
import { s3FlowLogObject } from "../../adapters/aws/s3-flow-logs.ts";
import { ingestFlowLogs } from "../../app/ingest-flow-logs.ts";
import type { FailedBatch, IngestBatch } from "../../app/read-batches.ts";
import { type EventMessage, eventMessages, objectName } from "./event-messages.ts";
import { logReport } from "./log-report.ts";
import type { LambdaDeps } from "./wire.ts";

/**
 * Takes one event of any form. From a queue, only the messages that failed are delivered again; any other event that
 * failed in part is failed whole, once the rest of its work is done, so that Lambda tries it again.
 *
 * @throws Error when an event that did not come through a queue failed
 */
export async function ingestEvent(deps: LambdaDeps, event: unknown): Promise<SQSBatchResponse> {
  const { fromQueue, messages } = eventMessages(event);
  const batches = messages
    .filter(({ malformed }) => malformed === undefined)
    .map((message) => batchOf(deps, message));
  const report = await ingestFlowLogs(deps.ports, deps.settings, batches);
  const failed = [...messages.flatMap(malformedOf), ...report.failed];
  logReport(deps.logger, messages, { ...report, failed });
  if (!fromQueue && failed.length > 0)
    throw new Error(failed.map(({ problem }) => `${problem.what}. ${problem.why}`).join("; "));
  return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) };
}

const malformedOf = ({ id, malformed }: EventMessage): readonly FailedBatch[] =>
  malformed === undefined ? [] : [{ id, problem: malformed }];

function batchOf({ clients }: LambdaDeps, { id, objects, logEvents }: EventMessage): IngestBatch {
  const announced = objects.map((object) => ({
    ...s3FlowLogObject(clients, object),
    name: objectName(object),
  }));
  return { id, objects: logEvents === undefined ? announced : [...announced, carriedLogEvents(logEvents)] };
}
