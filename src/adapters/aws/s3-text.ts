import { AwsFault } from "../../ports/aws-fault.ts";
import type { VersionedText } from "../../ports/versioned-text.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";

/** One object of a bucket, by its whole key. */
export interface S3TextAddress {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The text of an object, as UTF-8, and its entity tag.
 *
 * @throws AwsFault of kind `notFound` when there is no such object
 */
export async function readS3Text(clients: AwsClients, { bucket, key }: S3TextAddress) {
  const { sdk, client } = await clients.s3();
  return callAws("s3:GetObject", async () => {
    const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: (await answer.Body?.transformToString("utf-8")) ?? "", version: answer.ETag ?? "" };
  });
}

/** Puts a text in the place of whatever was there. @throws AwsFault */
export async function writeS3Text(
  clients: AwsClients,
  { bucket, key }: S3TextAddress,
  text: string,
  contentType: string,
): Promise<void> {
  const { sdk, client } = await clients.s3();
  await callAws("s3:PutObject", () =>
    client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: contentType })),
  );
}

/** What S3 answers to a conditional write that came too late. */
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
const TOO_LATE: ReadonlySet<string> = new Set([
  "PreconditionFailed",
  "ConditionalRequestConflict",
  // To a write over something that was removed since.
  "NoSuchKey",
]);

/** Whether a conditional write failed because somebody else has written, or removed, the object since. */
export const isTooLate = (error: unknown): boolean => error instanceof AwsFault && TOO_LATE.has(error.code);

/**
 * Puts a text where nothing is yet.
 *
 * @returns false when there is an object by that key already; nothing is written then
 * @throws AwsFault
 */
export async function putNewS3Text(
  clients: AwsClients,
  address: S3TextAddress,
  text: string,
): Promise<boolean> {
  return putS3Text(clients, address, text, { IfNoneMatch: "*" });
}

/** @returns false when the condition does not hold */
async function putS3Text(
  clients: AwsClients,
  { bucket, key }: S3TextAddress,
  text: string,
  condition: { readonly IfNoneMatch: "*" } | { readonly IfMatch: string },
): Promise<boolean> {
  const { sdk, client } = await clients.s3();
  const object = { Bucket: bucket, Key: key, Body: text, ContentType: "application/json" };
  try {
    await callAws("s3:PutObject", () => client.send(new sdk.PutObjectCommand({ ...object, ...condition })));
    return true;
  } catch (error) {
    if (isTooLate(error)) return false;
    throw error;
  }
}

/** An object as a {@link VersionedText}: its entity tag is the version, and each write is a conditional one. */
export function s3VersionedText(clients: AwsClients, address: S3TextAddress): VersionedText {
  return {
    read: async () => {
      try {
        return await readS3Text(clients, address);
      } catch (error) {
        if (error instanceof AwsFault && error.kind === "notFound") return undefined;
        throw error;
      }
    },
    write: (text, over) =>
      putS3Text(clients, address, text, over === undefined ? { IfNoneMatch: "*" } : { IfMatch: over }),
  };
}
