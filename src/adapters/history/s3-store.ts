import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "../aws/aws-call.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { s3Folders, s3Pages } from "../aws/s3-pages.ts";
import { isTooLate } from "../aws/s3-text.ts";
import type { S3Uri } from "../aws/s3-uri.ts";
import type { HistoryStore, StoredFile } from "./history-store.ts";

/** A history under a prefix of a bucket. Every call throws an `AwsFault` when S3 does not answer. */
export function s3Store(clients: AwsClients, { bucket, prefix }: S3Uri): HistoryStore {
  const root = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const put = async (path: string, bytes: Uint8Array, condition: { readonly IfNoneMatch?: string }) => {
    const { sdk, client } = await clients.s3();
    const object = { Bucket: bucket, Key: root + path, Body: bytes, ...condition };
    await callAws("s3:PutObject", () => client.send(new sdk.PutObjectCommand(object)));
  };
  return {
    name: `s3://${bucket}/${root}`,
    list: (below, after) =>
      listed(clients, { bucket, root, below, ...(after === undefined ? {} : { after }) }),
    folders: (below) =>
      s3Folders(clients, bucket, root + below).then((all) => all.map((path) => path.slice(root.length))),
    read: (path) => fetched(clients, { Bucket: bucket, Key: root + path }),
    readPart: (path, start, end) =>
      fetched(clients, { Bucket: bucket, Key: root + path, Range: `bytes=${start}-${end - 1}` }),
    put: (path, bytes) => put(path, bytes, {}),
    putNew: async (path, bytes) => {
      try {
        await put(path, bytes, { IfNoneMatch: "*" });
        return true;
      } catch (error) {
        if (isTooLate(error)) return false;
        throw error;
      }
    },
    remove: async (path) => {
      const { sdk, client } = await clients.s3();
      await callAws("s3:DeleteObject", () =>
        client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: root + path })),
      );
    },
  };
}

/** `undefined` when the object is not there. */
async function fetched(
  clients: AwsClients,
  object: { readonly Bucket: string; readonly Key: string; readonly Range?: string },
): Promise<Uint8Array | undefined> {
  const { sdk, client } = await clients.s3();
  try {
    return await callAws("s3:GetObject", async () => {
      const { Body } = await client.send(new sdk.GetObjectCommand(object));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    });
  } catch (error) {
    if (error instanceof AwsFault && error.kind === "notFound") return undefined;
    throw error;
  }
}

interface Listing {
  readonly bucket: string;
  readonly root: string;
  readonly below: string;
  readonly after?: string;
}

async function listed(
  clients: AwsClients,
  { bucket, root, below, after }: Listing,
): Promise<readonly StoredFile[]> {
  const found: StoredFile[] = [];
  const from = after === undefined ? {} : { StartAfter: root + after };
  for await (const page of s3Pages(clients, { Bucket: bucket, Prefix: root + below, ...from })) {
    for (const { Key, Size = 0, LastModified } of page.Contents ?? []) {
      if (Key?.endsWith(".parquet") === true)
        found.push({ path: Key.slice(root.length), size: Size, modified: LastModified?.getTime() ?? 0 });
    }
  }
  return found;
}
