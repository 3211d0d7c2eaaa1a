/** Names as in CreateQueue, values as text. */
export type QueueAttributes = ReadonlyMap<string, string>;

/** An attribute of a message, as the sender gave it. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** A message in a queue. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: Readonly<Record<string, MessageAttribute>>;
  readonly sentAtMs: number;
  /** From when a consumer may see it. */
  readonly visibleAtMs: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number | undefined;
  /** Only of FIFO queues. */
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
}

/** A queue; a name ending in `.fifo` makes it a FIFO queue. */
export interface SqsQueue {
  readonly name: string;
  readonly arn: string;
  readonly accountId: string;
  readonly createdAtMs: number;
  readonly isFifo: boolean;
  attributes: QueueAttributes;
  messages: readonly QueueMessage[];
  /** When each deduplication id was last accepted. */
  readonly deduplication: Map<string, { readonly atMs: number; readonly message: QueueMessage }>;
}

/** A number among the attributes, or its default; durations are in seconds. */
export function numericAttribute(queue: SqsQueue, name: keyof typeof DEFAULTS): number {
  return Number(queue.attributes.get(name) ?? DEFAULTS[name]);
}

const DEFAULTS = {
  VisibilityTimeout: 30,
  DelaySeconds: 0,
  MessageRetentionPeriod: 345_600,
  MaximumMessageSize: 1_048_576,
  ReceiveMessageWaitTimeSeconds: 0,
} as const;

/** Where a message goes once it was received so many times without being deleted. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** The redrive policy among the attributes. */
export function redrivePolicy(queue: SqsQueue): RedrivePolicy | undefined {
  const text = queue.attributes.get("RedrivePolicy");
  if (text === undefined || text === "") return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as RedrivePolicy;
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

/** All attributes as GetQueueAttributes answers them. */
export function describedAttributes(queue: SqsQueue, nowMs: number): ReadonlyMap<string, string> {
  const count = (matches: (message: QueueMessage) => boolean) =>
    String(queue.messages.filter(matches).length);
  const seconds = (atMs: number) => String(Math.floor(atMs / 1000));
  const defaults = Object.entries(DEFAULTS).map(([name, value]) => [name, String(value)] as const);
  return new Map([
    ...defaults,
    ...queue.attributes,
    ["QueueArn", queue.arn],
    ["CreatedTimestamp", seconds(queue.createdAtMs)],
    ["LastModifiedTimestamp", seconds(queue.createdAtMs)],
    ["ApproximateNumberOfMessages", count((message) => message.visibleAtMs <= nowMs)],
    ["ApproximateNumberOfMessagesNotVisible", count((m) => m.visibleAtMs > nowMs && m.receiveCount > 0)],
    ["ApproximateNumberOfMessagesDelayed", count((m) => m.visibleAtMs > nowMs && m.receiveCount === 0)],
  ]);
}
