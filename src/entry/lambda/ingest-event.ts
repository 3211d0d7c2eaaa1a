import { z } from "zod";
import { s3FlowLogObject } from "../../adapters/aws/s3-flow-logs.ts";
import { type IngestBatch, type IngestReport, ingestFlowLogs } from "../../app/ingest-flow-logs.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { type Announcement, announcedObjects } from "./announced-objects.ts";
import type { LambdaDeps } from "./wire.ts";

/** What Lambda takes for a partial batch failure: the messages that are to be delivered again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const QueueEvent = z.object({
  Records: z
    .array(z.object({ messageId: z.string(), body: z.string(), eventSource: z.literal("aws:sqs") }))
    .min(1),
});

/**
 * Takes one event of any form. From a queue, only the messages that failed are delivered again; any other event that
 * failed in part is failed whole, once the rest of its work is done, so that Lambda tries it again.
 */
export async function ingestEvent(deps: LambdaDeps, event: unknown): Promise<BatchAnswer> {
  const queue = QueueEvent.safeParse(event);
  const messages = queue.success
    ? queue.data.Records.map(({ messageId, body }) => ({ id: messageId, announced: announcedObjects(body) }))
    : [{ id: "event", announced: announcedObjects(event) }];
  const malformed = messages.flatMap(({ id, announced }) =>
    announced.kind === "malformed" ? [{ id, problem: malformedProblem(announced) }] : [],
  );
  const batches = messages.flatMap(({ id, announced }): readonly IngestBatch[] =>
    announced.kind === "objects"
      ? [{ id, objects: announced.objects.map((object) => s3FlowLogObject(deps.clients, object)) }]
      : [],
  );
  const report = await ingestFlowLogs(deps.ports, deps.settings, batches);
  const failed = [...malformed, ...report.failed];
  logReport(deps, report, failed);
  if (!queue.success && failed.length > 0)
    throw new Error(failed.map(({ problem }) => problem.what).join("; "));
  return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) };
}

const malformedProblem = (announced: Extract<Announcement, { kind: "malformed" }>): Diagnostic => ({
  code: "EVENT_MALFORMED",
  what: "The event cannot be understood",
  why: announced.why,
  fix: "Point only object-created events of the flow-log bucket at this function",
});

/** One structured line an event; counts and names, never addresses or secrets. */
function logReport({ logger }: LambdaDeps, report: IngestReport, failed: IngestReport["failed"]): void {
  const databases = report.reconciled?.plan.databases ?? [];
  const line = {
    records: report.records,
    uploaded: report.upload.received,
    uploadFailed: report.upload.failed,
    databases: databases.length,
    writeCalls: report.reconciled?.writeCalls ?? 0,
    refused: databases
      .filter((d) => d.refused.length > 0)
      .map((d) => ({ database: d.id, gates: d.refused.map((r) => r.gate) })),
    outcomes:
      report.reconciled?.outcomes.map(({ id, status, problem }) => ({
        database: id,
        status,
        ...(problem === undefined ? {} : { problem }),
      })) ?? [],
    findings: report.findings,
    failed,
  };
  if (failed.length > 0 || report.upload.failed > 0) logger.warn("ingested with failures", line);
  else logger.info("ingested", line);
}
