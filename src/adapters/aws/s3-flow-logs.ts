import { AwsFault } from "../../ports/aws-fault.ts";
import { FlowLogFault, type FlowLogObject, type FlowLogObjects } from "../../ports/flow-log-objects.ts";
import { callAws, toAwsFault } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { flowLogParts } from "./flow-log-parts.ts";
import { INFLATE_LIMITS, type InflateLimits } from "./gunzip-stream.ts";
import type { S3Uri } from "./s3-uri.ts";

/** One object of a bucket. */
export interface S3ObjectRef {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/**
 * Every flow-log object whose key begins with the prefix, in the order of keys; the one object, when the prefix is the
 * whole key of one. Objects without bytes, such as folder marks, are left out.
 */
export function s3FlowLogs(
  clients: AwsClients,
  { bucket, prefix }: S3Uri,
  limits: InflateLimits = INFLATE_LIMITS,
): FlowLogObjects {
  return {
    async *list() {
      for await (const object of listKeys(clients, bucket, prefix)) {
        yield s3FlowLogObject(clients, { bucket, key: object }, limits);
        if (object === prefix) return;
      }
    },
  };
}

async function* listKeys(clients: AwsClients, bucket: string, prefix: string): AsyncGenerator<string> {
  const { sdk, client } = await clients.s3();
  let token: string | undefined;
  do {
    const page = await callAws("s3:ListBucket", () =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      ),
    );
    for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined && Size !== 0) yield Key;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
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
