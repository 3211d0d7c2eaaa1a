import type { Diagnostic } from "../../core/diagnostic.ts";
import type { LogStandings } from "../../core/guard/hold-unseen.ts";
import type { DatabaseLog, LogHour } from "../../core/history/history-answers.ts";
import { historyPlaces } from "../../core/history/history-places.ts";
import type { HistorySpan } from "../../core/history/live-rows.ts";
import {
  type LogRecord,
  type LogRecords,
  MOST_TELLERS,
  NO_RECORD,
  tellerOf,
  withHours,
  withTellers,
} from "../../core/history/log-record.ts";
import { logStanding, SILENT_AFTER_S } from "../../core/history/log-standing.ts";
import type { Database, Inventory } from "../../core/inventory/model.ts";
import type { FlowLog } from "../../core/onboard/flow-log.ts";
import { type LogCover, logCovers } from "../../core/onboard/log-cover.ts";
import { expectedProblem } from "../expected-problem.ts";

/** Where to learn whether flow logs still tell of databases. */
export interface LogPorts {
  /** The flow logs of the account and region. */
  readonly subscriptions: () => Promise<readonly FlowLog[]>;
  /** Hours of which objects are in the history, and which flow logs told of which database; absent without one. */
  readonly history?: (span: HistorySpan) => Promise<LogHistory>;
}

/** What a history knows of flow logs within a span. */
export interface LogHistory {
  readonly hours: readonly LogHour[];
  readonly tellers: readonly DatabaseLog[];
}

/** What a look at flow logs showed. */
export interface LogLook {
  readonly standings: LogStandings;
  /** What is to be remembered of the databases that were looked at. */
  readonly records: LogRecords;
  /** What could not be asked. */
  readonly findings: readonly Diagnostic[];
}

/** A gap is looked for so far back; what is older was looked at before. */
const WINDOW_S = 2 * 86_400;

/**
 * Looks how it stands with the flow logs of each database. The subscriptions are read each time, which is one call. The
 * history is asked about all databases at once, and only where an hour could be missing by now: that is once in two
 * hours while all goes well.
 *
 * @param nowSeconds since 1970
 * @param isOurs whether a run is about a database
 */
export async function lookAtLogs(
  ports: LogPorts,
  inventory: Inventory,
  before: LogRecords,
  nowSeconds: number,
  isOurs: (arn: string) => boolean,
): Promise<LogLook> {
  const findings: Diagnostic[] = [];
  const covers = await orFinding(findings, async () => logCovers(inventory, await ports.subscriptions()));
  const databases = inventory.databases.filter(({ arn }) => isOurs(arn));
  const known = new Map(databases.map((d) => [d.arn, covered(before.get(d.arn), covers?.get(d.arn))]));
  const { history } = ports;
  const isDue = databases.some(({ arn }) => mayMissAnHour(known.get(arn) ?? NO_RECORD, nowSeconds));
  const told =
    history === undefined || !isDue
      ? undefined
      : await orFinding(findings, () =>
          history({ ...historyPlaces(inventory), since: nowSeconds - WINDOW_S, until: nowSeconds + 3600 }),
        );
  const answer = told === undefined ? undefined : afterAnswer(told, nowSeconds);
  const records = new Map(
    databases.map(({ arn }) => {
      const record = known.get(arn) ?? NO_RECORD;
      return [arn as string, answer?.(record, arn) ?? record];
    }),
  );
  return {
    standings: standingsOf(databases, records, covers, nowSeconds),
    records: new Map([...records].filter(([, record]) => record !== NO_RECORD)),
    findings,
  };
}

function standingsOf(
  databases: readonly Database[],
  records: LogRecords,
  covers: ReadonlyMap<string, LogCover> | undefined,
  nowSeconds: number,
): LogStandings {
  return new Map(
    databases.map(({ id, arn }) => [
      arn as string,
      logStanding(id, records.get(arn) ?? NO_RECORD, covers?.get(arn), nowSeconds),
    ]),
  );
}

/** What cannot be asked is told, and nothing is concluded from it. */
async function orFinding<T>(findings: Diagnostic[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    const what = `Whether flow logs still come is not known: ${problem.what}`;
    findings.push({ ...problem, code: "FLOW_LOGS_UNREAD", what });
    return undefined;
  }
}

function covered(before: LogRecord = NO_RECORD, cover: LogCover | undefined): LogRecord {
  if (cover === undefined) return before;
  // Databases behind one group fit the interfaces of all of them.
  const covering = cover.covering.slice(0, MOST_TELLERS);
  const record = withTellers(before, covering);
  if (cover.unseen.length > 0 || covering.join() === record.seenBy.join()) return record;
  return { ...record, seenBy: covering };
}

/** A flow log that is lost is looked for each time, so that it is told at once when it is back. */
const mayMissAnHour = ({ hours, askedAt = 0 }: LogRecord, nowSeconds: number): boolean =>
  nowSeconds >= (hours?.to ?? askedAt) + SILENT_AFTER_S;

/** What is remembered of a database after the history was asked about all of them. */
function afterAnswer(
  { hours, tellers }: LogHistory,
  nowSeconds: number,
): (record: LogRecord, arn: string) => LogRecord {
  const tellersOf = Map.groupBy(tellers, ({ databaseArn }) => databaseArn);
  const hoursOf = Map.groupBy(hours, tellerOf);
  return (record, arn) => {
    const told = withTellers(record, (tellersOf.get(arn) ?? []).map(tellerOf));
    const own = new Set(told.tellers);
    const after = withHours(
      told,
      [...own].flatMap((teller) => hoursOf.get(teller) ?? []).map(({ hourStart }) => hourStart),
    );
    return after.hours === undefined ? { ...after, askedAt: nowSeconds } : after;
  };
}
