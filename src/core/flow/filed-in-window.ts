import type { TimeWindow } from "./conversation.ts";
import { parseFlowLogKey } from "./flow-log-key.ts";
import { utcSeconds } from "./utc-time.ts";

/**
 * How far a record may be from the slot that its object is filed under. It began up to ten minutes before it ended, and
 * is filed by its end, give or take a minute; delivery is best effort, and what comes late is filed late.
 */
const EARLIER = 15 * 60;
const LATER = 60 * 60;

/** The folders of AWS by date, daily or hourly, plain or Hive, down to any of them. */
const FOLDER =
  /(?:^|\/)AWSLogs\/(?:[0-9]{12}\/vpcflowlogs\/[a-z0-9-]+|aws-account-id=[0-9]{12}\/aws-service=vpcflowlogs\/aws-region=[a-z0-9-]+)\/(?:year=)?([0-9]{4})\/(?:(?:month=)?([0-9]{2})\/(?:(?:day=)?([0-9]{2})\/(?:(?:hour=)?([0-9]{2})\/)?)?)?$/;

/**
 * Whether an object with this key, or one in this folder (a key's beginning that ends with a slash), may hold records of
 * the window. Only what AWS's own names rule out is ruled out.
 */
export function filedInWindow(keyOrFolder: string, window: TimeWindow): boolean {
  const span = parseFlowLogKey(keyOrFolder)?.slot ?? folderSpan(keyOrFolder);
  return span === undefined || (span.end >= window.start - EARLIER && span.start <= window.end + LATER);
}

function folderSpan(folder: string): TimeWindow | undefined {
  const parts = FOLDER.exec(folder);
  if (parts === null) return undefined;
  const [year = 0, month, day, hour] = parts
    .slice(1)
    .map((text) => (text === undefined ? undefined : Number(text)));
  if (month === undefined)
    return { start: utcSeconds(year, 1, 1, 0, 0), end: utcSeconds(year + 1, 1, 1, 0, 0) };
  if (day === undefined) {
    const next = month === 12 ? utcSeconds(year + 1, 1, 1, 0, 0) : utcSeconds(year, month + 1, 1, 0, 0);
    return { start: utcSeconds(year, month, 1, 0, 0), end: next };
  }
  const start = utcSeconds(year, month, day, hour ?? 0, 0);
  return { start, end: start + (hour === undefined ? 86_400 : 3_600) };
}
