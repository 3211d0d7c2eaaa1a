import type { AuditChain } from "../../core/audit/audit-record.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { s3Pages } from "../aws/s3-pages.ts";
import { readS3Text } from "../aws/s3-text.ts";
import type { S3Uri } from "../aws/s3-uri.ts";
import { sideBySide } from "../aws/side-by-side.ts";
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
  for await (const { Contents = [] } of s3Pages(clients, { Bucket: place.bucket, Prefix: root })) {
    for (const { Key: key = "" } of Contents) {
      const name = RECORD.exec(key.slice(root.length))?.[1];
      if (name !== undefined && name >= from) keys.push({ key, name });
    }
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

async function readAll(
  clients: AwsClients,
  bucket: string,
  keys: readonly string[],
): Promise<readonly string[]> {
  const texts: string[] = [];
  await sideBySide([...keys.entries()], AT_ONCE, async ([i, key]) => {
    texts[i] = (await readS3Text(clients, { bucket, key })).text;
  });
  return texts;
}
