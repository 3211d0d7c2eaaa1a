import { z } from "zod";
import type { TimeWindow } from "../../core/flow/conversation.ts";
import type { FlowLogPart } from "../../ports/flow-log-objects.ts";
import { jsonDocuments } from "./json-documents.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
const DataMessage = z.object({
  messageType: z.literal("DATA_MESSAGE"),
  owner: z.string().optional(),
  logGroup: z.string().optional(),
  logStream: z.string().optional(),
  // Milliseconds since 1970.
  logEvents: z.array(z.object({ timestamp: z.number().min(0).max(8.64e15), message: z.string() })),
});
/** Sent from time to time to see whether the other end is there. */
const ControlMessage = z.object({ messageType: z.literal("CONTROL_MESSAGE") });
/** An event that carries one of the others, as Lambda gets it. */
const Subscription = z.object({ awslogs: z.object({ data: z.string() }) });
/** One record that VPC hands to a Firehose stream without CloudWatch Logs between them. */
const Single = z.object({ message: z.string() });

/** Stands for a document that is none of these: a line that no format takes for a record. */
const UNKNOWN = Buffer.from("{?}\n");

/**
 * The log lines in JSON documents that follow each other: what CloudWatch Logs hands to its subscribers, and what a
 * Firehose stream writes of it. A document of another kind counts as one malformed line.
 *
 * @param unpack makes the parts of what an event carries in base64
 * @throws RangeError where the documents are damaged; those before it stand
 */
export async function* logEventParts(
  chunks: AsyncIterable<Uint8Array>,
  unpack: (bytes: Uint8Array) => AsyncIterable<FlowLogPart>,
): AsyncGenerator<FlowLogPart> {
  for await (const document of jsonDocuments(chunks)) {
    const value = parsed(document);
    const subscription = Subscription.safeParse(value);
    if (subscription.success) yield* unpack(Buffer.from(subscription.data.awslogs.data, "base64"));
    else yield* partsOf(value);
  }
}

function parsed(document: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(document).toString("utf8"));
  } catch {
    return undefined;
  }
}

function* partsOf(value: unknown): Generator<FlowLogPart> {
  if (ControlMessage.safeParse(value).success) return;
  const data = DataMessage.safeParse(value);
  if (data.success) {
    const { logEvents, owner = "", logGroup, logStream = "" } = data.data;
    const [first] = logEvents;
    if (first === undefined) return;
    const lines = logEvents.map(({ message }) => oneLine(message));
    yield {
      text: Buffer.from(lines.join("")),
      time: timeOf(logEvents.map(({ timestamp }) => timestamp)),
      ...(logGroup === undefined ? {} : { source: { account: owner, logGroup, logStream } }),
    };
    return;
  }
  const single = Single.safeParse(value);
  yield single.success ? Buffer.from(oneLine(single.data.message)) : UNKNOWN;
}

/** An event is one line: a line feed within it would make two records of one. */
const oneLine = (message: string): string => `${message.replaceAll(/[\r\n]+/g, " ").trimEnd()}\n`;

function timeOf(timestamps: readonly number[]): TimeWindow {
  const seconds = timestamps.map((ms) => Math.floor(ms / 1000));
  return {
    start: seconds.reduce((a, b) => Math.min(a, b)),
    end: seconds.reduce((a, b) => Math.max(a, b)),
  };
}
