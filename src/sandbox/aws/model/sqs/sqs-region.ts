import { partKey } from "../parts.ts";
import type { RegionState, SandboxWorld } from "../region-state.ts";
import { sqsError } from "./errors.ts";
import type { QueueAttributes, SqsQueue } from "./queue.ts";

/** The queues of one account in one region. */
export class SqsRegion {
  readonly state: RegionState;
  readonly queues = new Map<string, SqsQueue>();

  constructor(state: RegionState) {
    this.state = state;
  }

  get now(): number {
    return this.state.clock.now();
  }

  /**
   * Makes a queue, or answers the one that has the same name and attributes.
   *
   * @throws AwsError QueueNameExists when it is there with other attributes, InvalidParameterValue for a bad name
   */
  createQueue(name: string, attributes: QueueAttributes = new Map()): SqsQueue {
    if (!/^[\w-]{1,80}$/.test(name.replace(/\.fifo$/, ""))) {
      throw sqsError(
        "InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores.",
      );
    }
    const known = this.queues.get(name);
    if (known !== undefined) {
      const differs = [...attributes].find(([key, value]) => known.attributes.get(key) !== value);
      if (differs === undefined) return known;
      throw sqsError(
        "QueueNameExists",
        `A queue already exists with the same name and a different value for attribute ${differs[0]}`,
      );
    }
    const queue: SqsQueue = {
      name,
      arn: this.state.arn("sqs", name),
      accountId: this.state.accountId,
      createdAtMs: this.now,
      isFifo: name.endsWith(".fifo"),
      attributes: new Map(attributes),
      messages: [],
      deduplication: new Map(),
    };
    this.queues.set(name, queue);
    return queue;
  }

  /** @throws AwsError QueueDoesNotExist */
  queue(name: string): SqsQueue {
    const queue = this.queues.get(name);
    if (queue === undefined) throw sqsError("QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
  }
}

/** SQS in one account and region: `region.part(sqsState)`. */
export const sqsState = partKey("sqs", (region: RegionState) => new SqsRegion(region));

/** Whether ReceiveMessage waits for messages. Off where the clock is moved by hand: nobody would end the wait. */
export const longPolling = partKey("longPolling", (_world: SandboxWorld) => ({ enabled: false }));

/** The queue of that ARN wherever it is. @throws AwsError QueueDoesNotExist */
export function queueByArn(
  from: RegionState,
  arn: string,
): { readonly sqs: SqsRegion; readonly queue: SqsQueue } {
  const [, , , region = "", accountId = "", name = ""] = arn.split(":");
  const sqs = from.world.region(accountId, region).part(sqsState);
  return { sqs, queue: sqs.queue(name) };
}
