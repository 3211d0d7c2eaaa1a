import type { Tags } from "../inventory/model.ts";

/** A flow-log subscription as it stands in EC2. Its format never changes: another one takes another subscription. */
export interface FlowLog {
  readonly flowLogId: string;
  /** An interface, a subnet or a VPC. */
  readonly resourceId: string;
  /** `ACTIVE`, or what keeps it from delivering. */
  readonly status: string;
  /** Why AWS does not deliver it, in AWS's words; absent while it does. */
  readonly problem?: string;
  readonly trafficType: string;
  /** ARN of the bucket and folder; absent for a log that goes elsewhere. */
  readonly bucket?: string;
  /** As EC2 takes it: `${srcaddr} ${dstaddr} …`. */
  readonly format: string;
  readonly tags: Tags;
}

export type FlowLogScope = "interface" | "subnet" | "vpc";

const format = (fields: string): string =>
  fields
    .split(" ")
    .map((field) => `\${${field}}`)
    .join(" ");

/** The ten columns that say who opened a connection, and nothing more. */
export const MISSION_FORMAT = format(
  "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type",
);

/** The same, and what tells a gap from silence, the interface, the time and the amount. */
export const RICH_FORMAT = format(
  "version interface-id srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type packets bytes start end log-status flow-direction",
);

/** The columns without which a log does not say who opened which connection. */
const NEEDED = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "tcp-flags", "action"];

/** Whether a log delivers, for accepted and refused traffic, all that Moat needs to know of a conversation. */
export function isUseful(log: FlowLog): boolean {
  if (log.status !== "ACTIVE" || log.trafficType !== "ALL" || log.bucket === undefined) return false;
  return NEEDED.every((field) => log.format.includes(`\${${field}}`));
}
