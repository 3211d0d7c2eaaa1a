import { z } from "zod";

/** An object that an event announces. */
export interface AnnouncedObject {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  readonly versionId?: string;
}

/** What one event, or one message of a queue, announces; or why it cannot be understood. */
export type Announcement =
  | { readonly kind: "objects"; readonly objects: readonly AnnouncedObject[] }
  | { readonly kind: "malformed"; readonly why: string };

const S3Record = z.object({
  eventName: z.string(),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), versionId: z.string().optional() }),
  }),
});
const S3Event = z.object({ Records: z.array(S3Record) });
const TestEvent = z.object({ Service: z.string(), Event: z.literal("s3:TestEvent") });
const SnsEvent = z.object({ Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })) });
/** The envelope that SNS puts around a message on its way to a queue. */
const SnsEnvelope = z.object({ Type: z.literal("Notification"), Message: z.string() });
const EventBridgeEvent = z.object({
  "detail-type": z.literal("Object Created"),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), "version-id": z.string().optional() }),
  }),
});

/**
 * Reads an announcement in any of the forms in which S3 events arrive: straight from S3, through SNS, through
 * EventBridge, or one of these as the text of a queue's message. The test message that S3 sends when a notification is
 * set up announces nothing.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function announcedObjects(event: unknown): Announcement {
  if (typeof event === "string") return fromText(event);
  const bridge = EventBridgeEvent.safeParse(event);
  if (bridge.success) {
    const { bucket, object } = bridge.data.detail;
    const versionId = object["version-id"];
    return {
      kind: "objects",
      objects: [{ bucket: bucket.name, key: object.key, ...(versionId === undefined ? {} : { versionId }) }],
    };
  }
  const envelope = SnsEnvelope.safeParse(event);
  if (envelope.success) return fromText(envelope.data.Message);
  const sns = SnsEvent.safeParse(event);
  if (sns.success) return together(sns.data.Records.map((record) => fromText(record.Sns.Message)));
  if (TestEvent.safeParse(event).success) return { kind: "objects", objects: [] };
  const s3 = S3Event.safeParse(event);
  if (s3.success) return { kind: "objects", objects: s3.data.Records.filter(isCreation).map(objectOf) };
  return { kind: "malformed", why: "It is no S3 event, SNS notification or EventBridge event of an object" };
}

function fromText(text: string): Announcement {
  try {
    const json: unknown = JSON.parse(text);
    // A text within a text would be a message that quotes itself.
    return typeof json === "string"
      ? { kind: "malformed", why: "Its body is a JSON text" }
      : announcedObjects(json);
  } catch {
    return { kind: "malformed", why: "Its body is not JSON" };
  }
}

function together(parts: readonly Announcement[]): Announcement {
  const malformed = parts.find((part) => part.kind === "malformed");
  return (
    malformed ?? {
      kind: "objects",
      objects: parts.flatMap((part) => (part.kind === "objects" ? part.objects : [])),
    }
  );
}

const isCreation = (record: z.infer<typeof S3Record>): boolean =>
  record.eventName.startsWith("ObjectCreated:");

function objectOf({ s3 }: z.infer<typeof S3Record>): AnnouncedObject {
  const { versionId } = s3.object;
  return {
    bucket: s3.bucket.name,
    key: decodedKey(s3.object.key),
    ...(versionId === undefined ? {} : { versionId }),
  };
}

/** Notifications carry keys as a form would: blanks as plus signs, other characters by percent. */
function decodedKey(key: string): string {
  const blanks = key.replaceAll("+", " ");
  try {
    return decodeURIComponent(blanks);
  } catch {
    return blanks;
  }
}
