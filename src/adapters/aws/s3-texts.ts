import type { NamedText, VersionedTexts } from "../../ports/versioned-text.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { s3Pages } from "./s3-pages.ts";
import { s3VersionedText } from "./s3-text.ts";
import type { S3Uri } from "./s3-uri.ts";

const SUFFIX = ".json";

/** Texts under a prefix of a bucket, an object each. Every call throws an `AwsFault` when S3 does not answer. */
export function s3Texts(clients: AwsClients, { bucket, prefix }: S3Uri): VersionedTexts {
  const root = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  return {
    name: `s3://${bucket}/${root}`,
    list: () => listed(clients, bucket, root),
    of: (id) => s3VersionedText(clients, { bucket, key: `${root}${id}${SUFFIX}` }),
    remove: async (id) => {
      const { sdk, client } = await clients.s3();
      await callAws("s3:DeleteObject", () =>
        client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: `${root}${id}${SUFFIX}` })),
      );
    },
  };
}

async function listed(clients: AwsClients, bucket: string, root: string): Promise<readonly NamedText[]> {
  const found: NamedText[] = [];
  for await (const page of s3Pages(clients, { Bucket: bucket, Prefix: root, Delimiter: "/" })) {
    for (const { Key, LastModified } of page.Contents ?? []) {
      if (Key?.endsWith(SUFFIX) === true)
        found.push({ id: Key.slice(root.length, -SUFFIX.length), writtenAt: LastModified?.getTime() ?? 0 });
    }
  }
  return found;
}
