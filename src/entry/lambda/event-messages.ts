import { z } from "zod";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { isFirehoseKey } from "../../core/flow/firehose-key.ts";
import { parseFlowLogKey } from "../../core/flow/flow-log-key.ts";
import { type AnnouncedObject, announcedObjects } from "./announced-objects.ts";

/** One message of a queue, or a whole event that did not come through one. */
export interface EventMessage {
  readonly id: string;
  /** Flow-log objects, each once. */
  readonly objects: readonly AnnouncedObject[];
  /** Log events that it carries itself, as gzip in base64: a subscription of CloudWatch Logs to this function. */
  readonly logEvents?: string;
  /** What it announces besides. */
  readonly findings: readonly Diagnostic[];
  /** Set when nothing in it could be understood. */
  readonly malformed?: Diagnostic;
}

/** One event as Lambda hands it over. */
export interface IncomingEvent {
  /** Whether Lambda takes an answer for each message; else the event succeeds or fails as a whole. */
  readonly fromQueue: boolean;
  readonly messages: readonly EventMessage[];
}

const QueueEvent = z.object({
  Records: z
    .array(z.object({ messageId: z.string(), body: z.string(), eventSource: z.literal("aws:sqs") }))
    .min(1),
});

/** The messages of an event of any form. */
export function eventMessages(event: unknown): IncomingEvent {
  const queue = QueueEvent.safeParse(event);
  return queue.success
    ? { fromQueue: true, messages: queue.data.Records.map(({ messageId, body }) => message(messageId, body)) }
    : { fromQueue: false, messages: [message("event", event)] };
}

/** Names an object so that two announcements of the same bytes have the same name. */
export const objectName = ({ bucket, key, versionId }: AnnouncedObject): string =>
  `s3://${bucket}/${key}${versionId === undefined ? "" : `?versionId=${versionId}`}`;

const Subscription = z.object({ awslogs: z.object({ data: z.string().min(1) }) });

function message(id: string, event: unknown): EventMessage {
  const subscription = Subscription.safeParse(event);
  if (subscription.success)
    return { id, objects: [], logEvents: subscription.data.awslogs.data, findings: [] };
  const { objects, problems } = announcedObjects(event);
  const [problem] = problems;
  if (objects.length === 0 && problem !== undefined)
    return { id, objects: [], findings: [], malformed: problem };
  const distinct = [...new Map(objects.map((object) => [objectName(object), object])).values()];
  const strange = distinct.flatMap((object) => strangeObject(object) ?? []);
  return {
    id,
    objects: distinct.filter((object) => strangeObject(object) === undefined),
    findings: [...problems, ...strange],
  };
}

/** Why an object is not worth reading: anybody may put objects into a bucket, and they are not all flow logs. */
function strangeObject(object: AnnouncedObject): Diagnostic | undefined {
  if (parseFlowLogKey(object.key) !== undefined || isFirehoseKey(object.key)) return undefined;
  return {
    code: "FLOW_OBJECT_FOREIGN",
    what: `"${objectName(object)}" was ignored: its key is not one of a VPC flow log, nor of a Firehose stream`,
    why: "Only what AWS delivers is taken for traffic",
    fix: `Give the bucket's notification the flow log's prefix, and the suffix ".log.gz" or ".log.parquet"`,
  };
}
