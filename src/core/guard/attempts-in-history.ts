import type { HistoryRow } from "../history/history-row.ts";
import type { Attempts } from "./risen-rejects.ts";

/** A database that was changed: its listener's port, and the moment in seconds since 1970. */
export interface ChangedDatabase {
  readonly arn: string;
  readonly port: number;
  readonly since: number;
}

/** How consumers fared before databases were changed, and since. */
export interface HistoryAttempts {
  readonly before: readonly Attempts[];
  readonly now: readonly Attempts[];
}

/**
 * The longest interval that flow logs sum up in one record, in seconds:
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-records-examples.html
 */
const LONGEST_INTERVAL = 600;

/**
 * Counts TCP connections to the databases' own ports, by the rows of a history. A row sums up to an hour, so one that
 * began before the change and ended after it may tell of either: accepted records count as before, and refused ones as
 * since, if they went on for longer than one record can last. What may be a refusal after the change is taken for one.
 */
export function attemptsInHistory(
  rows: Iterable<HistoryRow>,
  databases: readonly ChangedDatabase[],
): HistoryAttempts {
  const changed = new Map(databases.map((d) => [d.arn, d]));
  const before: Attempts[] = [];
  const now: Attempts[] = [];
  for (const row of rows) {
    const database = changed.get(row.databaseArn ?? "");
    if (database === undefined || !isAttempt(row, database.port)) continue;
    const attempts = attemptsOf(row, database.arn);
    if (isSince(row, database.since)) now.push(attempts);
    else before.push(attempts);
  }
  return { before, now };
}

const isAttempt = (row: HistoryRow, port: number): boolean =>
  row.rowKind === "flow" &&
  row.databaseSide === "provider" &&
  row.port === port &&
  row.action !== undefined &&
  (row.protocol ?? "tcp") === "tcp";

function isSince({ action, firstSeen = 0, lastSeen = 0 }: HistoryRow, since: number): boolean {
  if (firstSeen >= since) return true;
  return action === "REJECT" && lastSeen >= since + LONGEST_INTERVAL;
}

function attemptsOf({ action, consumer = "", records }: HistoryRow, database: string): Attempts {
  const rejected = action === "REJECT" ? records : 0;
  return { database, consumer, accepted: records - rejected, rejected };
}
