import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";

/** A message of a FIFO queue. */
export interface FifoMessage {
  readonly body: string;
  /** Messages of one group are worked on one after another. */
  readonly group: string;
  /** A second message with this id within five minutes is dropped by the queue. */
  readonly deduplicationId: string;
}

/** Messages that one call takes. */
const BATCH = 10;

/** Puts messages into a FIFO queue, in their order. @throws AwsFault when one of them was not taken */
export async function sendToQueue(
  clients: AwsClients,
  queueUrl: string,
  messages: readonly FifoMessage[],
): Promise<void> {
  const { sdk, client } = await clients.sqs();
  for (let at = 0; at < messages.length; at += BATCH) {
    const Entries = messages.slice(at, at + BATCH).map((message, i) => ({
      Id: String(i),
      MessageBody: message.body,
      MessageGroupId: message.group,
      MessageDeduplicationId: message.deduplicationId,
    }));
    const { Failed = [] } = await callAws("sqs:SendMessage", () =>
      client.send(new sdk.SendMessageBatchCommand({ QueueUrl: queueUrl, Entries })),
    );
    const [failed] = Failed;
    if (failed !== undefined) throw notTaken(queueUrl, failed.Code ?? "Unknown", Failed.length);
  }
}

const notTaken = (queueUrl: string, code: string, count: number): AwsFault =>
  new AwsFault(
    "unavailable",
    code,
    "sqs:SendMessage",
    `The queue ${queueUrl} did not take ${count} messages (${code})`,
    "Nothing; what announced the work is delivered again",
  );
