import type { TimeWindow } from "./conversation.ts";
import { utcSeconds } from "./utc-time.ts";

/** What the S3 key of a flow-log object says about it. */
export interface FlowLogKey {
  readonly account: string;
  readonly region: string;
  /** `fl-` and 8 or 17 hex digits. */
  readonly flowLogId: string;
  /** The five minutes that the object is filed under: records end in them, give or take a minute. */
  readonly slot: TimeWindow;
  readonly format: "text" | "parquet";
}

const SLOT_SECONDS = 300;
const PLAIN_FOLDERS =
  /(?:^|\/)AWSLogs\/([0-9]{12})\/vpcflowlogs\/([a-z0-9-]+)\/[0-9]{4}\/[0-9]{2}\/[0-9]{2}(?:\/[0-9]{2})?\/[^/]+$/;
const HIVE_FOLDERS =
  /(?:^|\/)AWSLogs\/aws-account-id=([0-9]{12})\/aws-service=vpcflowlogs\/aws-region=([a-z0-9-]+)\/year=[0-9]{4}\/month=[0-9]{2}\/day=[0-9]{2}(?:\/hour=[0-9]{2})?\/[^/]+$/;
const NAME =
  /\/([0-9]{12})_vpcflowlogs_([a-z0-9-]+)_(fl-[0-9a-f]+)_([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})Z_[0-9a-zA-Z]+\.log(?:\.gz|(\.parquet))$/;

/**
 * Reads the key of a flow-log object: plain or Hive folders, daily or hourly, with any prefix.
 * The key must be decoded (S3 notifications encode it).
 *
 * @returns undefined for a key that is not a VPC flow log's
 */
export function parseFlowLogKey(key: string): FlowLogKey | undefined {
  const folders = PLAIN_FOLDERS.exec(key) ?? HIVE_FOLDERS.exec(key);
  const name = NAME.exec(key);
  if (folders === null || name === null) return undefined;
  const [, account = "", region = "", flowLogId = "", ...rest] = name;
  if (account !== folders[1] || region !== folders[2]) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = rest.slice(0, 5).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return undefined;
  const start = utcSeconds(year, month, day, hour, minute);
  const format = rest[5] === undefined ? "text" : "parquet";
  return { account, region, flowLogId, slot: { start, end: start + SLOT_SECONDS }, format };
}
