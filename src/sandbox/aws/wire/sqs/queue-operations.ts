import { describedAttributes } from "../../model/sqs/queue.ts";
import { sqsState } from "../../model/sqs/sqs-region.ts";
import { optionalString, requiredString, strings } from "../json-fields.ts";
import type { JsonOperation } from "../json-protocol.ts";
import { attributesOf, queueOf, queueUrl } from "./queue-fields.ts";

/** Calls about queues. `baseUrl` is where the caller reached the sandbox. */
export function queueOperations(baseUrl: string): Readonly<Record<string, JsonOperation>> {
  return {
    CreateQueue: {
      isWrite: true,
      run: (input, call) => {
        const sqs = call.region.part(sqsState);
        const queue = sqs.createQueue(requiredString(input, "QueueName"), attributesOf(input));
        return { QueueUrl: queueUrl(baseUrl, queue) };
      },
    },
    GetQueueUrl: {
      isWrite: false,
      run: (input, call) => {
        const owner = optionalString(input, "QueueOwnerAWSAccountId") ?? call.context.accountId;
        const sqs = call.world.region(owner, call.context.region).part(sqsState);
        return { QueueUrl: queueUrl(baseUrl, sqs.queue(requiredString(input, "QueueName"))) };
      },
    },
    ListQueues: {
      isWrite: false,
      run: (input, call) => {
        const prefix = optionalString(input, "QueueNamePrefix") ?? "";
        const queues = [...call.region.part(sqsState).queues.values()].filter(({ name }) =>
          name.startsWith(prefix),
        );
        return { QueueUrls: queues.map((queue) => queueUrl(baseUrl, queue)) };
      },
    },
    GetQueueAttributes: {
      isWrite: false,
      run: (input, call) => {
        const { sqs, queue } = queueOf(input, call);
        const wanted = new Set(strings(input.AttributeNames));
        const all = [...describedAttributes(queue, sqs.now)];
        const chosen = all.filter(([name]) => wanted.has("All") || wanted.has(name));
        return { Attributes: Object.fromEntries(chosen) };
      },
    },
    SetQueueAttributes: {
      isWrite: true,
      run: (input, call) => {
        const { queue } = queueOf(input, call);
        queue.attributes = new Map([...queue.attributes, ...attributesOf(input)]);
        return {};
      },
    },
    PurgeQueue: {
      isWrite: true,
      run: (input, call) => {
        queueOf(input, call).queue.messages = [];
        return {};
      },
    },
  };
}
