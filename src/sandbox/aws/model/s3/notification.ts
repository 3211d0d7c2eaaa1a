import type { BucketNotification, S3Bucket, S3Object } from "./object.ts";

/** True when the notification covers the event, given without its `s3:` (`ObjectCreated:Put`). */
export function covers(notification: BucketNotification, eventName: string, key: string): boolean {
  const matchesEvent = notification.events.some((pattern) => {
    const name = pattern.replace(/^s3:/, "");
    return name.endsWith(":*") ? eventName.startsWith(name.slice(0, -1)) : name === eventName;
  });
  return matchesEvent && key.startsWith(notification.prefix ?? "") && key.endsWith(notification.suffix ?? "");
}

/** The key as events carry it: form-URL-encoded, a blank as `+`, slashes raw. */
export function encodeEventKey(key: string): string {
  return new URLSearchParams({ k: key }).toString().slice(2).replaceAll("%2F", "/");
}

/** The message that S3 sends for one new object. */
export function createdEvent(
  bucket: S3Bucket,
  object: S3Object,
  notification: BucketNotification,
  requestId: string,
) {
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: bucket.region,
        eventTime: new Date(object.lastModifiedMs).toISOString(),
        eventName: "ObjectCreated:Put",
        userIdentity: { principalId: "AWS:AROASANDBOXROLE000000:delivery" },
        requestParameters: { sourceIPAddress: "192.0.2.10" },
        responseElements: { "x-amz-request-id": requestId, "x-amz-id-2": `${requestId}/sandbox` },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: notification.id,
          bucket: {
            name: bucket.name,
            ownerIdentity: { principalId: bucket.accountId },
            arn: `arn:aws:s3:::${bucket.name}`,
          },
          object: {
            key: encodeEventKey(object.key),
            size: object.body.length,
            eTag: object.eTag,
            ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
            sequencer: object.sequencer,
          },
        },
      },
    ],
  };
}

/** What S3 sends once when a notification is configured; it has no Records. */
export function testEvent(bucket: S3Bucket, atMs: number, requestId: string) {
  return {
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: new Date(atMs).toISOString(),
    Bucket: bucket.name,
    RequestId: requestId,
    HostId: `${requestId}/sandbox`,
  };
}
