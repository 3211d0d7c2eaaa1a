import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";

/** Every page of a listing, asked for when it is wanted. @throws AwsFault when S3 does not answer */
export async function* s3Pages(
  clients: AwsClients,
  input: Omit<ListObjectsV2CommandInput, "ContinuationToken">,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  const { sdk, client } = await clients.s3();
  let token: string | undefined;
  do {
    const more = token === undefined ? {} : { ContinuationToken: token };
    const page = await callAws("s3:ListBucket", () =>
      client.send(new sdk.ListObjectsV2Command({ ...input, ...more })),
    );
    yield page;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** Folders whose path begins with this, by their whole path. @throws AwsFault when S3 does not answer */
export async function s3Folders(
  clients: AwsClients,
  bucket: string,
  prefix: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of s3Pages(clients, { Bucket: bucket, Prefix: prefix, Delimiter: "/" }))
    found.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
  return found;
}
