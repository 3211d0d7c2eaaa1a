import type { MessageAttribute, QueueAttributes, SqsQueue } from "../../model/sqs/queue.ts";
import { sqsState } from "../../model/sqs/sqs-region.ts";
import { object, requiredString } from "../json-fields.ts";
import type { JsonObject } from "../json-protocol.ts";
import type { OperationCall } from "../service.ts";

/** Queue attributes as sent to CreateQueue. */
export function attributesOf(input: JsonObject): QueueAttributes {
  return new Map(Object.entries(object(input.Attributes)).map(([name, value]) => [name, String(value)]));
}

/** Message attributes as sent to SendMessage. */
export function messageAttributesOf(input: JsonObject): Readonly<Record<string, MessageAttribute>> {
  return object(input.MessageAttributes) as unknown as Readonly<Record<string, MessageAttribute>>;
}

/** The queue that a QueueUrl ends in, in the account that the URL names. @throws AwsError QueueDoesNotExist */
export function queueOf(input: JsonObject, call: OperationCall) {
  const [accountId = "", name = ""] = requiredString(input, "QueueUrl").split("/").slice(-2);
  const sqs = call.world.region(accountId, call.context.region).part(sqsState);
  return { sqs, queue: sqs.queue(name) };
}

/** Where clients reach a queue: the host that they reached the sandbox at. */
export function queueUrl(baseUrl: string, queue: SqsQueue): string {
  return `${baseUrl}/${queue.accountId}/${queue.name}`;
}
