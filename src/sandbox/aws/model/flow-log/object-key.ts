/** Delivery slots are five minutes long, counted by the end time of the records. */
export const SLOT_MS = 300_000;

/** Where one file of a flow log goes. */
export interface FlowLogObject {
  /** Folder in the bucket, empty for none; `AWSLogs` is not allowed in it. */
  readonly prefix: string;
  readonly accountId: string;
  readonly region: string;
  readonly flowLogId: string;
  /** Start of the delivery slot, milliseconds UTC. */
  readonly slotMs: number;
  readonly hiveCompatible: boolean;
  readonly perHour: boolean;
  /** Eight hexadecimal digits that tell files of one slot apart. */
  readonly hash: string;
}

/**
 * The key of a delivered file, for example
 * `AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/05/111122223333_vpcflowlogs_eu-west-1_fl-0…_20260105T0900Z_0a1b2c3d.log.gz`.
 */
export function flowLogObjectKey(object: FlowLogObject): string {
  const { accountId, region, flowLogId, hash } = object;
  const [year = "", month = "", day = "", hour = "", minute = ""] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(new Date(object.slotMs).toISOString())?.slice(1) ?? [];
  const prefix = object.prefix === "" ? "" : `${object.prefix.replace(/\/+$/, "")}/`;
  const folders = object.hiveCompatible
    ? [
        ...[`aws-account-id=${accountId}`, "aws-service=vpcflowlogs", `aws-region=${region}`],
        ...[`year=${year}`, `month=${month}`, `day=${day}`, ...(object.perHour ? [`hour=${hour}`] : [])],
      ]
    : [accountId, "vpcflowlogs", region, year, month, day, ...(object.perHour ? [hour] : [])];
  const file = `${accountId}_vpcflowlogs_${region}_${flowLogId}_${year}${month}${day}T${hour}${minute}Z_${hash}.log.gz`;
  return `${prefix}AWSLogs/${folders.join("/")}/${file}`;
}
