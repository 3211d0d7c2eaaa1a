import { sqsError } from "./errors.ts";
import { numericAttribute, type QueueMessage, redrivePolicy, type SqsQueue } from "./queue.ts";
import { queueByArn, type SqsRegion } from "./sqs-region.ts";

/** A message in the hands of a consumer. */
export interface ReceivedMessage {
  readonly message: QueueMessage;
  readonly receiptHandle: string;
}

/**
 * Hands out visible messages and hides them for the visibility timeout. A message that was already received as often
 * as the redrive policy allows goes to the dead-letter queue instead.
 *
 * @param request `visibilityTimeout` in seconds, by default that of the queue; `max` 1 to 10
 */
export function receiveMessages(
  sqs: SqsRegion,
  queue: SqsQueue,
  request: { readonly max: number; readonly visibilityTimeout?: number | undefined },
): readonly ReceivedMessage[] {
  if (request.max < 1 || request.max > 10) {
    throw sqsError("InvalidParameterValue", "MaxNumberOfMessages must be between 1 and 10, if provided.");
  }
  expire(sqs, queue);
  redrive(sqs, queue);
  const { now } = sqs;
  const seconds = request.visibilityTimeout ?? numericAttribute(queue, "VisibilityTimeout");
  const handedOut = available(queue, now).slice(0, request.max);
  const received = handedOut.map((message) => ({
    ...message,
    visibleAtMs: now + 1000 * seconds,
    receiveCount: message.receiveCount + 1,
    firstReceivedAtMs: message.firstReceivedAtMs ?? now,
  }));
  for (const message of received) replace(queue, message);
  return received.map((message) => ({ message, receiptHandle: handleOf(message) }));
}

/** How often a waiting ReceiveMessage looks again, in milliseconds. */
const POLL_MS = 200;

/** Like {@link receiveMessages}, but waits up to `waitSeconds` of the sandbox's time for a first message. */
export async function receiveWaiting(
  sqs: SqsRegion,
  queue: SqsQueue,
  request: Parameters<typeof receiveMessages>[2],
  waitSeconds: number,
): Promise<readonly ReceivedMessage[]> {
  const endMs = sqs.now + waitSeconds * 1000;
  for (;;) {
    const received = receiveMessages(sqs, queue, request);
    if (received.length > 0 || sqs.now >= endMs) return received;
    await new Promise<void>((resolve) => sqs.state.clock.schedule(POLL_MS, resolve));
  }
}

/** Deletes what a handle stands for. An outdated handle succeeds and deletes nothing. @throws AwsError ReceiptHandleIsInvalid */
export function deleteMessage(queue: SqsQueue, receiptHandle: string): void {
  const { messageId, receiveCount } = parseHandle(receiptHandle);
  queue.messages = queue.messages.filter(
    (message) => message.messageId !== messageId || message.receiveCount !== receiveCount,
  );
}

/**
 * Shows a message again after so many seconds from now, 0 for at once.
 *
 * @throws AwsError ReceiptHandleIsInvalid, MessageNotInflight, InvalidParameterValue
 */
export function changeVisibility(
  sqs: SqsRegion,
  queue: SqsQueue,
  receiptHandle: string,
  seconds: number,
): void {
  if (seconds < 0 || seconds > 43_200) {
    throw sqsError("InvalidParameterValue", "VisibilityTimeout must be between 0 and 43200.");
  }
  const { messageId, receiveCount } = parseHandle(receiptHandle);
  const message = queue.messages.find((candidate) => candidate.messageId === messageId);
  if (message === undefined || message.receiveCount !== receiveCount || message.visibleAtMs <= sqs.now) {
    throw sqsError("MessageNotInflight", "The specified message isn't in flight.");
  }
  replace(queue, { ...message, visibleAtMs: sqs.now + 1000 * seconds });
}

/** Visible messages in order; of a FIFO group none while an earlier one is in flight. */
function available(queue: SqsQueue, now: number): readonly QueueMessage[] {
  if (!queue.isFifo) return queue.messages.filter((message) => message.visibleAtMs <= now);
  const blocked = new Set<string>();
  return queue.messages.filter((message) => {
    const group = message.groupId ?? "";
    if (message.visibleAtMs > now) blocked.add(group);
    return !blocked.has(group);
  });
}

function redrive(sqs: SqsRegion, queue: SqsQueue): void {
  const policy = redrivePolicy(queue);
  if (policy === undefined) return;
  const isSpent = (message: QueueMessage): boolean =>
    message.visibleAtMs <= sqs.now && message.receiveCount >= policy.maxReceiveCount;
  const spent = queue.messages.filter(isSpent);
  if (spent.length === 0) return;
  const target = queueByArn(sqs.state, policy.deadLetterTargetArn).queue;
  queue.messages = queue.messages.filter((message) => !isSpent(message));
  target.messages = [...target.messages, ...spent];
}

function expire(sqs: SqsRegion, queue: SqsQueue): void {
  const oldest = sqs.now - 1000 * numericAttribute(queue, "MessageRetentionPeriod");
  queue.messages = queue.messages.filter((message) => message.sentAtMs > oldest);
}

function replace(queue: SqsQueue, changed: QueueMessage): void {
  queue.messages = queue.messages.map((message) =>
    message.messageId === changed.messageId ? changed : message,
  );
}

function handleOf(message: QueueMessage): string {
  return Buffer.from(`${message.messageId}#${message.receiveCount}`).toString("base64");
}

function parseHandle(receiptHandle: string): { readonly messageId: string; readonly receiveCount: number } {
  const match = /^([\w-]{36})#(\d+)$/.exec(Buffer.from(receiptHandle, "base64").toString("utf8"));
  if (match === null) {
    throw sqsError(
      "ReceiptHandleIsInvalid",
      `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
    );
  }
  return { messageId: match[1] ?? "", receiveCount: Number(match[2]) };
}
