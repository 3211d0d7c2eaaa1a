import type { TimeWindow } from "../../core/flow/conversation.ts";
import { filedInWindow } from "../../core/flow/filed-in-window.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { FlowLogFault, type FlowLogObject, type FlowLogObjects } from "../../ports/flow-log-objects.ts";
import { callAws, toAwsFault } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { flowLogParts } from "./flow-log-parts.ts";
import { INFLATE_LIMITS, type InflateLimits } from "./gunzip-pump.ts";
import { s3Pages } from "./s3-pages.ts";
import type { S3Uri } from "./s3-uri.ts";

/** One object of a bucket. */
export interface S3ObjectRef {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** What {@link s3FlowLogs} may be told besides where to look. */
export interface S3FlowLogOptions {
  readonly limits?: InflateLimits;
  /** Leaves out objects that AWS has filed outside of it, without listing their folders. */
  readonly window?: TimeWindow;
}

/**
 * Every flow-log object whose key begins with the prefix, in the order of keys; the one object, when the prefix is the
 * whole key of one. Objects without bytes, such as folder marks, are left out.
 */
export function s3FlowLogs(
  clients: AwsClients,
  { bucket, prefix }: S3Uri,
  { limits = INFLATE_LIMITS, window }: S3FlowLogOptions = {},
): FlowLogObjects {
  return {
    async *list() {
      const keys =
        window === undefined
          ? listKeys(clients, bucket, prefix)
          : listKeysInWindow(clients, bucket, prefix, window);
      for await (const { key, size } of keys) {
        yield { ...s3FlowLogObject(clients, { bucket, key }, limits), size };
        if (key === prefix) return;
      }
    },
  };
}

async function* listKeys(clients: AwsClients, bucket: string, prefix: string): AsyncGenerator<Listed> {
  for await (const { objects } of listPages(clients, { Bucket: bucket, Prefix: prefix })) yield* objects;
}

/** Goes down folder by folder, past those of other days and hours. */
async function* listKeysInWindow(
  clients: AwsClients,
  bucket: string,
  prefix: string,
  window: TimeWindow,
): AsyncGenerator<Listed> {
  for await (const page of listPages(clients, { Bucket: bucket, Prefix: prefix, Delimiter: "/" })) {
    const objects = new Map(page.objects.map((object) => [object.key, object]));
    for (const name of [...objects.keys(), ...page.folders].toSorted(byCodePoint)) {
      if (!filedInWindow(name, window)) continue;
      const object = objects.get(name);
      if (object === undefined) yield* listKeysInWindow(clients, bucket, name, window);
      else yield object;
    }
  }
}

/** The order in which S3 lists keys. */
const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a list says of an object. */
interface Listed {
  readonly key: string;
  readonly size: number;
}

interface Page {
  readonly objects: readonly Listed[];
  readonly folders: readonly string[];
}

async function* listPages(
  clients: AwsClients,
  input: { readonly Bucket: string; readonly Prefix: string; readonly Delimiter?: string },
): AsyncGenerator<Page> {
  for await (const page of s3Pages(clients, input)) {
    const contents = page.Contents ?? [];
    yield {
      objects: contents.flatMap(({ Key, Size = 0 }) =>
        Key === undefined || Size === 0 ? [] : [{ key: Key, size: Size }],
      ),
      folders: (page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []),
    };
  }
}

/** One object as a flow-log object, e.g. the one that a notification names. */
export function s3FlowLogObject(
  clients: AwsClients,
  object: S3ObjectRef,
  limits: InflateLimits = INFLATE_LIMITS,
): FlowLogObject {
  const name = `s3://${object.bucket}/${object.key}`;
  return {
    name,
    key: object.key,
    read: () => flowLogParts(objectBytes(clients, object, name), name, limits),
    stored: () => objectBytes(clients, object, name),
  };
}

/** Faults of the object alone are a `FlowLogFault`; what would strike every other object too stays an `AwsFault`. */
const OBJECT_FAULTS = new Set(["denied", "notFound", "invalid"]);

async function* objectBytes(
  clients: AwsClients,
  object: S3ObjectRef,
  name: string,
): AsyncGenerator<Uint8Array> {
  const body = await openObject(clients, object, name);
  try {
    yield* body;
  } catch (error) {
    const fault = toAwsFault(error, "s3:GetObject");
    throw new FlowLogFault(
      name,
      `"${name}" broke off while it was read (${fault.code})`,
      "Read the object again",
      "interrupted",
    );
  }
}

async function openObject(
  clients: AwsClients,
  object: S3ObjectRef,
  name: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { sdk, client } = await clients.s3();
  const { bucket, key, versionId } = object;
  try {
    const input = { Bucket: bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }) };
    const { Body } = await callAws("s3:GetObject", () => client.send(new sdk.GetObjectCommand(input)));
    return (Body as AsyncIterable<Uint8Array> | undefined) ?? noBytes();
  } catch (error) {
    if (!(error instanceof AwsFault) || !OBJECT_FAULTS.has(error.kind)) throw error;
    const kind = error.kind === "denied" ? "denied" : "absent";
    const fix =
      error.kind === "denied" ? `${error.fix}, and "kms:Decrypt" if the bucket is encrypted` : error.fix;
    throw new FlowLogFault(name, `"${name}" cannot be read (${error.code})`, fix, kind);
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
