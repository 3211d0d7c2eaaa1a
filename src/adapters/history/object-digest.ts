import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { parseFlowLogKey } from "../../core/flow/flow-log-key.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import type { FlowLogObject } from "../../ports/flow-log-objects.ts";

/** Half of SHA-256: that two of a billion objects share one has a chance of one in 10^20. */
const HEX_DIGITS = 32;

/**
 * What an object is, in hex, wherever and however often it is met. AWS gives each object of a flow log a name of its
 * own, so a copy in another bucket or on a disk is the same object; others are known by their bucket and key in S3, or
 * by their bytes on a disk.
 *
 * @throws HistoryFault for standard input, which may hold anything
 */
export async function objectDigest(object: FlowLogObject): Promise<string> {
  const { key = "", name } = object;
  if (parseFlowLogKey(key) !== undefined) return hex(`vpcflowlogs ${key.slice(key.lastIndexOf("/") + 1)}`);
  if (name.startsWith("s3://")) return hex(name.replace(/\?versionId=[^?]*$/, ""));
  // The name of what an event carried is made of its bytes.
  if (name.startsWith("cloudwatch-logs:")) return hex(name);
  if (key === "") {
    throw new HistoryFault(
      `${name} has no name by which it would be known again`,
      "Each object is counted once, however often it is given",
      "Save it as a file, and name that",
    );
  }
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(name)) hash.update(chunk);
  return hash.digest("hex").slice(0, HEX_DIGITS);
}

const hex = (text: string): string =>
  createHash("sha256").update(text, "utf8").digest("hex").slice(0, HEX_DIGITS);
