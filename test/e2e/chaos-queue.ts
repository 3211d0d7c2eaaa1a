import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { templateOf } from "./hub-stack.ts";
import type { QueueEvent, QueueRecord } from "./lambda-lab.ts";

/** For how long a message stays hidden once it was handed out. Short, so that a test can wait for it. */
const VISIBILITY_S = 2;

/** A queue of the hub on an emulator that others wrote, with what it gives up on. */
export interface ChaosQueue {
  /** @returns the message's id; for a duplicate of a FIFO queue, that of the first */
  send(body: string, fifo?: { readonly group: string; readonly deduplicationId: string }): Promise<string>;
  /** All that can be had now, in batches as Lambda's poller takes them. */
  batches(): Promise<readonly QueueEvent[]>;
  /** Takes a message out: it was worked on. */
  done(receiptHandle: string): Promise<void>;
  /** Resolves when all that was handed out and not taken out can be had again. */
  shownAgain(): Promise<void>;
  /** Messages in the queue: those to be had, and those in somebody's hands. */
  left(): Promise<number>;
  /** Ids of what the queue gave up on. */
  dead(): Promise<readonly string[]>;
  close(): void;
}

/**
 * Makes a queue with a dead-letter queue that gives up after as many tries as the hub's template says.
 *
 * @param id of the queue in the template
 * @param name of the queue on the emulator
 */
export async function chaosQueue(
  id: "Objects" | "Databases",
  ministack: { readonly url: string },
  region: string,
  name: string = id,
): Promise<ChaosQueue> {
  const credentials = { accessKeyId: "111122223333", secretAccessKey: "x" };
  const sqs = new SQSClient({ endpoint: ministack.url, region, credentials });
  const isFifo = id === "Databases";
  const suffix = isFifo ? ".fifo" : "";
  const make = async (named: string, Attributes: Record<string, string>): Promise<string> => {
    const attributes = { ...Attributes, ...(isFifo ? { FifoQueue: "true" } : {}) };
    const made = await sqs.send(
      new CreateQueueCommand({ QueueName: `${named}${suffix}`, Attributes: attributes }),
    );
    return made.QueueUrl ?? "";
  };
  const dead = await make(`${name}-dead`, {});
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ["QueueArn"] }),
  );
  const main = await make(name, {
    VisibilityTimeout: String(VISIBILITY_S),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: tries(id) }),
  });
  const most = batchSize(id);
  let visibleAt = 0;

  const receive = async (QueueUrl: string, most = 10): Promise<readonly Message[]> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: most, AttributeNames: ["All"] }),
    );
    return Messages;
  };

  return {
    send: async (body, fifo) => {
      const { MessageId = "" } = await sqs.send(
        new SendMessageCommand({
          QueueUrl: main,
          // SQS takes no empty message.
          MessageBody: body === "" ? " " : body,
          ...(fifo === undefined
            ? {}
            : { MessageGroupId: fifo.group, MessageDeduplicationId: fifo.deduplicationId }),
        }),
      );
      return MessageId;
    },
    batches: async () => {
      const events: QueueEvent[] = [];
      for (let got = await receive(main, most); got.length > 0; got = await receive(main, most)) {
        events.push({ Records: got.map((message) => recordOf(message, region)) });
      }
      visibleAt = performance.now() + VISIBILITY_S * 1_000 + 200;
      return events;
    },
    done: async (ReceiptHandle) => {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: main, ReceiptHandle }));
    },
    shownAgain: () =>
      new Promise((resolve) => setTimeout(resolve, Math.max(0, visibleAt - performance.now()))),
    left: async () => {
      const { Attributes: now = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: main, AttributeNames: ["All"] }),
      );
      return Number(now.ApproximateNumberOfMessages) + Number(now.ApproximateNumberOfMessagesNotVisible);
    },
    dead: async () => {
      const ids: string[] = [];
      for (let got = await receive(dead); got.length > 0; got = await receive(dead))
        ids.push(...got.map(({ MessageId = "" }) => MessageId));
      return ids;
    },
    close: () => sqs.destroy(),
  };
}

const recordOf = (
  { MessageId = "", ReceiptHandle = "", Body = "", Attributes = {} }: Message,
  awsRegion: string,
): QueueRecord => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
  attributes: Attributes,
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: `arn:aws:sqs:${awsRegion}:111122223333:moat`,
  awsRegion,
});

/** How many messages the function gets at once, by the template. */
function batchSize(id: string): number {
  const feeds = Object.values(templateOf("moat-hub").Resources).flatMap(({ Type, Properties }) => {
    if (Type !== "AWS::Lambda::EventSourceMapping") return [];
    const { BatchSize = 10, EventSourceArn } = Properties as { BatchSize?: number; EventSourceArn: unknown };
    return new RegExp(`"${id}[0-9A-F]{8}"`).test(JSON.stringify(EventSourceArn)) ? [BatchSize] : [];
  });
  const [size] = feeds;
  if (size === undefined) throw new Error(`The template feeds nothing from the queue ${id}`);
  return size;
}

/** How often a message may fail, by the template. */
export function tries(id: string): number {
  const queues = Object.entries(templateOf("moat-hub").Resources).filter(([name]) =>
    new RegExp(`^${id}.{8}$`).test(name),
  );
  const [count] = queues.flatMap(([, { Properties }]) => {
    const { RedrivePolicy } = Properties as { RedrivePolicy?: { maxReceiveCount: number } };
    return RedrivePolicy?.maxReceiveCount ?? [];
  });
  if (count === undefined) throw new Error(`The template has no queue ${id} that gives up`);
  return count;
}
