import { z } from "zod";
import type { Diagnostic } from "../../core/diagnostic.ts";

/** An object that an event announces. */
export interface AnnouncedObject {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  readonly versionId?: string;
}

/** What one event, or one message of a queue, announces, and which parts of it cannot be understood. */
export interface Announcement {
  readonly objects: readonly AnnouncedObject[];
  readonly problems: readonly Diagnostic[];
}

const Version = z.string().nullish();
const S3Record = z.object({
  // Minor versions add fields and take none away, so the major one decides:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
  eventVersion: z.string().regex(/^2\./).optional(),
  eventName: z.string().min(1),
  s3: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({ key: z.string().min(1), versionId: Version }),
  }),
});
const SnsRecord = z.object({ Sns: z.object({ Message: z.string() }) });
const Records = z.object({ Records: z.array(z.unknown()) });
const TestEvent = z.object({ Event: z.literal("s3:TestEvent") });
/** The envelope that SNS puts around a message on its way to a queue. */
const SnsEnvelope = z.object({ Type: z.literal("Notification"), Message: z.string() });
const EventBridgeEvent = z.object({ source: z.literal("aws.s3"), "detail-type": z.string() });
const ObjectCreated = z.object({
  "detail-type": z.literal("Object Created"),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({ key: z.string().min(1), "version-id": Version }),
  }),
});

const NOTHING: Announcement = { objects: [], problems: [] };

/**
 * Reads an announcement in any of the forms in which S3 events arrive: straight from S3, through SNS, through
 * EventBridge, or one of these as the text of a message. Only created objects count; the test message that S3 sends
 * when a notification is set up announces nothing. What cannot be understood never hides the rest.
 */
export function announcedObjects(event: unknown): Announcement {
  if (typeof event === "string") return fromText(event);
  const envelope = SnsEnvelope.safeParse(event);
  if (envelope.success) return fromText(envelope.data.Message);
  if (TestEvent.safeParse(event).success) return NOTHING;
  if (EventBridgeEvent.safeParse(event).success) return fromEventBridge(event);
  const list = Records.safeParse(event);
  if (list.success) return together(list.data.Records.map(fromRecord));
  return malformed("It is no S3 event, SNS notification or EventBridge event of an object");
}

function fromText(text: string): Announcement {
  try {
    const json: unknown = JSON.parse(text);
    // A text within a text would be a message that quotes itself.
    return typeof json === "string" ? malformed("Its body is a JSON text") : announcedObjects(json);
  } catch {
    return malformed("Its body is not JSON");
  }
}

function fromRecord(record: unknown): Announcement {
  const sns = SnsRecord.safeParse(record);
  if (sns.success) return fromText(sns.data.Sns.Message);
  const parsed = S3Record.safeParse(record);
  if (!parsed.success) return malformed(`A record of it is not one of S3 (${z.prettifyError(parsed.error)})`);
  const { eventName, s3 } = parsed.data;
  if (!/^(?:s3:)?ObjectCreated:/.test(eventName)) return NOTHING;
  const key = decodedKey(s3.object.key);
  if (key === undefined) return malformed(`The key "${s3.object.key}" is not encoded as S3 does`);
  return one({ bucket: s3.bucket.name, key, ...versionOf(s3.object.versionId) });
}

/** Here keys come as they are: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function fromEventBridge(event: unknown): Announcement {
  const parsed = ObjectCreated.safeParse(event);
  if (parsed.success) {
    const { bucket, object } = parsed.data.detail;
    return one({ bucket: bucket.name, key: object.key, ...versionOf(object["version-id"]) });
  }
  const isCreation = ObjectCreated.pick({ "detail-type": true }).safeParse(event).success;
  return isCreation ? malformed(`It names no object (${z.prettifyError(parsed.error)})`) : NOTHING;
}

const one = (object: AnnouncedObject): Announcement => ({ objects: [object], problems: [] });

const together = (parts: readonly Announcement[]): Announcement => ({
  objects: parts.flatMap(({ objects }) => objects),
  problems: parts.flatMap(({ problems }) => problems),
});

const malformed = (why: string): Announcement => ({
  objects: [],
  problems: [
    {
      code: "EVENT_MALFORMED",
      what: "The event, or a part of it, cannot be understood",
      why,
      fix: "Point only object-created events of the flow-log bucket at this function",
    },
  ],
});

/** Versions of a bucket without versioning are called `null`. */
const versionOf = (versionId: string | null | undefined): { readonly versionId?: string } =>
  versionId ? { versionId } : {};

/** Notifications carry keys as a form would: blanks as plus signs, other characters by percent. */
function decodedKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
