import { randomBytes } from "node:crypto";
import type { AuditEntry, AuditLog, OnboardingAudit, OnboardingEntry } from "../../ports/audit-log.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { putNewS3Text } from "../aws/s3-text.ts";
import type { S3Uri } from "../aws/s3-uri.ts";
import { linkedLine } from "./linked-lines.ts";

const DIGITS = 6;

/**
 * An audit log as objects of a bucket, one a record, none ever written over: `2026/11/24/080000Z-1f0c9b2a4d5e6f70/000001.json`
 * below the prefix, by the day and moment of a log's first record. Each carries the digest of the one before it, so that
 * one which is changed, taken out or put in later is found; the folder is one chain. Where the bucket has Object Lock,
 * nobody can take one out.
 *
 * @param chance names the log apart from those that begin in the same second; hexadecimal
 * @throws AwsFault by `record`, when S3 does not take it
 */
export function s3AuditLog(
  clients: AwsClients,
  place: S3Uri,
  chance: () => string = () => randomBytes(8).toString("hex"),
): AuditLog & OnboardingAudit {
  let folder: string | undefined;
  let number = 0;
  let last: string | undefined;
  let queue: Promise<void> = Promise.resolve();
  async function append(entry: AuditEntry | OnboardingEntry): Promise<void> {
    folder ??= folderOf(entry.at, chance());
    const text = linkedLine(entry, last);
    const key = `${auditRoot(place)}${folder}/${String(number + 1).padStart(DIGITS, "0")}.json`;
    // The folder is this log's alone, so an object that is there already is this one, whose answer was lost.
    await putNewS3Text(clients, { bucket: place.bucket, key }, text);
    number += 1;
    last = text;
  }
  return {
    record: (entry: AuditEntry | OnboardingEntry) => {
      const done = queue.then(() => append(entry));
      queue = done.catch(() => {});
      return done;
    },
  };
}

/** What the keys of all records begin with. */
export const auditRoot = ({ prefix }: S3Uri): string =>
  prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;

/** @param at RFC 3339, UTC */
function folderOf(at: string, chance: string): string {
  const [day = "", time = ""] = at.split("T");
  return `${day.replaceAll("-", "/")}/${time.slice(0, 8).replaceAll(":", "")}Z-${chance}`;
}
