import type { AuditChain } from "../../core/audit/audit-record.ts";
import { callAws } from "../aws/aws-call.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { readS3Text } from "../aws/s3-text.ts";
import type { S3Uri } from "../aws/s3-uri.ts";
import { auditLines } from "./audit-lines.ts";
import { auditRoot } from "./s3-audit-log.ts";

/** Objects that are read side by side. */
const AT_ONCE = 16;
/** `YEAR/MONTH/DAY/RUN/NUMBER.json`, as the S3 audit log names its objects. */
const RECORD = /^(\d{4}\/\d\d\/\d\d\/[^/]+)\/\d+\.json$/;

/**
 * Reads the audit records below a prefix, one chain for each log that wrote there. Other objects are left alone.
 *
 * @param since day, as `2026-11-24`, in UTC: logs that began before it are left out
 * @throws AwsFault when the bucket cannot be listed, or a record not be read
 */
export async function readS3Audit(
  clients: AwsClients,
  place: S3Uri,
  since = "",
): Promise<readonly AuditChain[]> {
  const root = auditRoot(place);
  const keys: { readonly key: string; readonly name: string }[] = [];
  const from = since.replaceAll("-", "/");
  for await (const key of keysBelow(clients, place.bucket, root)) {
    const name = RECORD.exec(key.slice(root.length))?.[1];
    if (name !== undefined && name >= from) keys.push({ key, name });
  }
  keys.sort((a, b) => (a.key < b.key ? -1 : 1));
  const texts = await readAll(
    clients,
    place.bucket,
    keys.map(({ key }) => key),
  );
  const chains = new Map<string, string[]>();
  for (const [i, { name }] of keys.entries()) {
    const chain = chains.get(name) ?? [];
    chain.push(texts[i] ?? "");
    chains.set(name, chain);
  }
  return [...chains].map(([name, lines]) => ({ name, lines: auditLines(lines) }));
}

async function* keysBelow(clients: AwsClients, bucket: string, root: string): AsyncGenerator<string> {
  const { sdk, client } = await clients.s3();
  let token: string | undefined;
  do {
    const more = token === undefined ? {} : { ContinuationToken: token };
    const page = await callAws("s3:ListBucket", () =>
      client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: root, ...more })),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

async function readAll(
  clients: AwsClients,
  bucket: string,
  keys: readonly string[],
): Promise<readonly string[]> {
  const texts: string[] = [];
  const left = [...keys.entries()].reverse();
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop())
      texts[next[0]] = (await readS3Text(clients, { bucket, key: next[1] })).text;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return texts;
}
