import { partKey } from "../parts.ts";
import type { SandboxWorld } from "../region-state.ts";
import { sendMessage } from "../sqs/send.ts";
import { queueByArn } from "../sqs/sqs-region.ts";
import { s3Error } from "./errors.ts";
import { covers, createdEvent, testEvent } from "./notification.ts";
import type { BucketNotification, S3Bucket, S3Object } from "./object.ts";
import { s3Store } from "./store.ts";

/** Tells queues of new objects. */
export class S3Notifier {
  readonly #world: SandboxWorld;
  /** From the new object to the message, in milliseconds; AWS says "typically seconds". */
  delayMs = 0;

  constructor(world: SandboxWorld) {
    this.#world = world;
    world.part(s3Store).onCreated((bucket, object) => this.#tell(bucket, object));
  }

  /**
   * Sets the whole notification configuration of a bucket, as the call of that name does: what was there before is
   * gone, and each queue gets a test message.
   *
   * @throws AwsError InvalidArgument for a FIFO queue, QueueDoesNotExist
   */
  configure(bucketName: string, notifications: readonly BucketNotification[]): void {
    const bucket = this.#world.part(s3Store).bucket(bucketName);
    for (const { queueArn } of notifications) this.#checkTarget(bucket, queueArn);
    bucket.notifications = notifications;
    for (const { queueArn } of notifications) {
      this.#send(bucket, queueArn, testEvent(bucket, this.#world.clock.now(), this.#requestId()));
    }
  }

  #tell(bucket: S3Bucket, object: S3Object): void {
    for (const notification of bucket.notifications) {
      if (!covers(notification, "ObjectCreated:Put", object.key)) continue;
      const event = createdEvent(bucket, object, notification, this.#requestId());
      if (this.delayMs === 0) this.#send(bucket, notification.queueArn, event);
      else this.#world.clock.schedule(this.delayMs, () => this.#send(bucket, notification.queueArn, event));
    }
  }

  #send(bucket: S3Bucket, queueArn: string, event: object): void {
    const { sqs, queue } = queueByArn(this.#world.region(bucket.accountId, bucket.region), queueArn);
    sendMessage(sqs, queue, { body: JSON.stringify(event) });
  }

  #checkTarget(bucket: S3Bucket, queueArn: string): void {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
    if (queueArn.endsWith(".fifo")) throw s3Error("InvalidArgument", { ArgumentName: queueArn });
    queueByArn(this.#world.region(bucket.accountId, bucket.region), queueArn);
  }

  #requestId(): string {
    return this.#world.ids.hex(16).toUpperCase();
  }
}

/** The notifications of all buckets: `world.part(s3Notifier).configure(…)`. */
export const s3Notifier = partKey("s3Notifier", (world: SandboxWorld) => new S3Notifier(world));
