import type { S3Store } from "../s3/store.ts";
import { flowLogFile, flowLogText } from "./file.ts";
import { type FlowLogObject, flowLogObjectKey } from "./object-key.ts";
import type { FlowRecord } from "./record.ts";

/** A file that was put into a bucket. */
export interface DeliveredFile {
  readonly flowLogId: string;
  readonly bucket: string;
  readonly key: string;
  readonly records: number;
}

/** Where a file goes and how its lines look; prefix and partitions may be left out. */
export interface FlowLogTarget
  extends Pick<FlowLogObject, "accountId" | "region" | "flowLogId">,
    Partial<Pick<FlowLogObject, "prefix" | "hiveCompatible" | "perHour">> {
  readonly bucket: string;
  /** Field names in order. */
  readonly fields: readonly string[];
}

/**
 * Writes one file for a slot, with or without a flow log in EC2.
 *
 * @throws AwsError NoSuchBucket
 */
export function deliverFile(
  store: S3Store,
  target: FlowLogTarget,
  slotMs: number,
  records: readonly FlowRecord[],
): DeliveredFile {
  const { bucket, fields, flowLogId, accountId, region } = target;
  const text = flowLogText(records, fields);
  const { body, hash } = flowLogFile(text, `${flowLogId}/${slotMs}`);
  const key = flowLogObjectKey({
    prefix: target.prefix ?? "",
    accountId,
    region,
    flowLogId,
    slotMs,
    hiveCompatible: target.hiveCompatible ?? false,
    perHour: target.perHour ?? false,
    hash,
  });
  store.putObject(bucket, key, body, { contentType: "application/octet-stream" });
  return { flowLogId, bucket, key, records: records.length };
}
