import { createHash } from "node:crypto";
import { sqsError } from "./errors.ts";
import { type MessageAttribute, numericAttribute, type QueueMessage, type SqsQueue } from "./queue.ts";
import type { SqsRegion } from "./sqs-region.ts";

/** A parsed SendMessage. */
export interface SendRequest {
  readonly body: string;
  /** Absent: the delay of the queue. */
  readonly delaySeconds?: number | undefined;
  readonly messageAttributes?: Readonly<Record<string, MessageAttribute>>;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

/** For so long a FIFO queue swallows a second message with the same deduplication id. */
const DEDUPLICATION_MS = 300_000;

/**
 * Puts a message into a queue.
 *
 * @returns the message, or the earlier one that it is a duplicate of
 * @throws AwsError MissingParameter, InvalidParameterValue
 */
export function sendMessage(sqs: SqsRegion, queue: SqsQueue, request: SendRequest): QueueMessage {
  if (request.body === "")
    throw sqsError("MissingParameter", "The request must contain the parameter MessageBody.");
  if (Buffer.byteLength(request.body) > numericAttribute(queue, "MaximumMessageSize")) {
    throw sqsError(
      "InvalidParameterValue",
      "One or more parameters are invalid. Reason: Message must be shorter.",
    );
  }
  const deduplicationId = queue.isFifo ? checkedDeduplicationId(queue, request) : undefined;
  const earlier = deduplicationId === undefined ? undefined : queue.deduplication.get(deduplicationId);
  if (earlier !== undefined && sqs.now < earlier.atMs + DEDUPLICATION_MS) return earlier.message;
  const message: QueueMessage = {
    messageId: sqs.state.ids.uuid(),
    body: request.body,
    messageAttributes: request.messageAttributes ?? {},
    sentAtMs: sqs.now,
    visibleAtMs: sqs.now + 1000 * (request.delaySeconds ?? numericAttribute(queue, "DelaySeconds")),
    receiveCount: 0,
    firstReceivedAtMs: undefined,
    groupId: request.groupId,
    deduplicationId,
    sequenceNumber: queue.isFifo ? sequenceNumber(sqs, queue) : undefined,
  };
  queue.messages = [...queue.messages, message];
  if (deduplicationId !== undefined) queue.deduplication.set(deduplicationId, { atMs: sqs.now, message });
  return message;
}

function checkedDeduplicationId(queue: SqsQueue, request: SendRequest): string {
  if (request.groupId === undefined || request.groupId === "") {
    throw sqsError("MissingParameter", "The request must contain the parameter MessageGroupId.");
  }
  if (request.deduplicationId !== undefined && request.deduplicationId !== "") return request.deduplicationId;
  if (queue.attributes.get("ContentBasedDeduplication") === "true") {
    return createHash("sha256").update(request.body).digest("hex");
  }
  throw sqsError(
    "InvalidParameterValue",
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
  );
}

function sequenceNumber(sqs: SqsRegion, queue: SqsQueue): string {
  return String(BigInt(sqs.now) * 1_000_000n + BigInt(queue.deduplication.size)).padStart(20, "1");
}
