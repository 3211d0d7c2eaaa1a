import { createHash } from "node:crypto";
import { AwsError } from "../../model/aws-error.ts";
import { sqsError } from "../../model/sqs/errors.ts";
import { numericAttribute, type QueueMessage } from "../../model/sqs/queue.ts";
import {
  changeVisibility,
  deleteMessage,
  type ReceivedMessage,
  receiveMessages,
  receiveWaiting,
} from "../../model/sqs/receive.ts";
import { type SendRequest, sendMessage } from "../../model/sqs/send.ts";
import { longPolling } from "../../model/sqs/sqs-region.ts";
import { objects, optionalNumber, optionalString, requiredString, strings } from "../json-fields.ts";
import type { JsonObject, JsonOperation } from "../json-protocol.ts";
import { messageAttributesOf, queueOf } from "./queue-fields.ts";

/** Calls about messages. */
export const MESSAGE_OPERATIONS: Readonly<Record<string, JsonOperation>> = {
  SendMessage: {
    isWrite: true,
    run: (input, call) => {
      const { sqs, queue } = queueOf(input, call);
      return sentJson(sendMessage(sqs, queue, sendRequest(input)));
    },
  },
  SendMessageBatch: batch((entry, { sqs, queue }) => sentJson(sendMessage(sqs, queue, sendRequest(entry)))),
  ReceiveMessage: {
    isWrite: true,
    run: (input, call) => {
      const { sqs, queue } = queueOf(input, call);
      const request = {
        max: optionalNumber(input, "MaxNumberOfMessages") ?? 1,
        visibilityTimeout: optionalNumber(input, "VisibilityTimeout"),
      };
      const defaultWait = numericAttribute(queue, "ReceiveMessageWaitTimeSeconds");
      const waitSeconds = optionalNumber(input, "WaitTimeSeconds") ?? defaultWait;
      const waits = waitSeconds > 0 && call.world.part(longPolling).enabled;
      const render = (received: readonly ReceivedMessage[]): JsonObject =>
        received.length === 0 ? {} : { Messages: received.map((item) => receivedJson(item, input)) };
      if (!waits) return render(receiveMessages(sqs, queue, request));
      return receiveWaiting(sqs, queue, request, waitSeconds).then(render);
    },
  },
  DeleteMessage: {
    isWrite: true,
    run: (input, call) => {
      deleteMessage(queueOf(input, call).queue, requiredString(input, "ReceiptHandle"));
      return {};
    },
  },
  DeleteMessageBatch: batch((entry, { queue }) => {
    deleteMessage(queue, requiredString(entry, "ReceiptHandle"));
    return {};
  }),
  ChangeMessageVisibility: {
    isWrite: true,
    run: (input, call) => {
      const { sqs, queue } = queueOf(input, call);
      const seconds = optionalNumber(input, "VisibilityTimeout") ?? 0;
      changeVisibility(sqs, queue, requiredString(input, "ReceiptHandle"), seconds);
      return {};
    },
  },
  ChangeMessageVisibilityBatch: batch((entry, { sqs, queue }) => {
    const seconds = optionalNumber(entry, "VisibilityTimeout") ?? 0;
    changeVisibility(sqs, queue, requiredString(entry, "ReceiptHandle"), seconds);
    return {};
  }),
};

/** Carries out each entry by itself: HTTP 200 with those that failed in a list of their own. */
function batch(run: (entry: JsonObject, target: ReturnType<typeof queueOf>) => JsonObject): JsonOperation {
  return {
    isWrite: true,
    run: (input, call) => {
      const target = queueOf(input, call);
      const entries = objects(input.Entries);
      checkBatch(entries);
      const outcomes = entries.map((entry) => outcomeOf(entry, () => run(entry, target)));
      return {
        Successful: outcomes.flatMap((outcome) => (outcome.kind === "ok" ? [outcome.entry] : [])),
        Failed: outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.entry] : [])),
      };
    },
  };
}

function checkBatch(entries: readonly JsonObject[]): void {
  if (entries.length === 0)
    throw sqsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > 10) {
    throw sqsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const ids = new Set(entries.map((entry) => entry.Id));
  if (ids.size < entries.length)
    throw sqsError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.");
}

function outcomeOf(entry: JsonObject, run: () => JsonObject) {
  const Id = optionalString(entry, "Id") ?? "";
  try {
    return { kind: "ok" as const, entry: { Id, ...run() } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const Code = error.code.replace(/^.*#/, "");
    return { kind: "failed" as const, entry: { Id, Code, Message: error.message, SenderFault: true } };
  }
}

function sendRequest(input: JsonObject): SendRequest {
  return {
    body: requiredString(input, "MessageBody"),
    delaySeconds: optionalNumber(input, "DelaySeconds"),
    messageAttributes: messageAttributesOf(input),
    groupId: optionalString(input, "MessageGroupId"),
    deduplicationId: optionalString(input, "MessageDeduplicationId"),
  };
}

function sentJson(message: QueueMessage): JsonObject {
  return {
    MessageId: message.messageId,
    MD5OfMessageBody: md5(message.body),
    ...(message.sequenceNumber === undefined ? {} : { SequenceNumber: message.sequenceNumber }),
  };
}

/** Attributes come only when they are asked for, by name or with `All`. */
function receivedJson({ message, receiptHandle }: ReceivedMessage, asked: JsonObject): JsonObject {
  const system = [...strings(asked.AttributeNames), ...strings(asked.MessageSystemAttributeNames)];
  const attributes = chosen(systemAttributes(message), system);
  const messageAttributes = chosen(message.messageAttributes, strings(asked.MessageAttributeNames));
  return {
    MessageId: message.messageId,
    ReceiptHandle: receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(attributes === undefined ? {} : { Attributes: attributes }),
    ...(messageAttributes === undefined
      ? {}
      : { MessageAttributes: messageAttributes as unknown as JsonObject }),
  };
}

function systemAttributes(message: QueueMessage): Readonly<Record<string, string | undefined>> {
  return {
    SenderId: "AROASANDBOXROLE000000",
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs ?? 0),
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.sequenceNumber,
  };
}

function chosen<T>(
  all: Readonly<Record<string, T>>,
  names: readonly string[],
): Record<string, T> | undefined {
  const wanted = Object.entries(all).filter(
    ([name, value]) => value !== undefined && (names.includes("All") || names.includes(name)),
  );
  return wanted.length === 0 ? undefined : Object.fromEntries(wanted);
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
