import type { Diagnostic } from "../diagnostic.ts";
import { formatUtc } from "../flow/utc-time.ts";
import type { LogCover } from "../onboard/log-cover.ts";
import type { LogRecord } from "./log-record.ts";

/** How it stands with the flow logs of one database. */
export interface LogStanding {
  /** Set while they are lost: their flow log is gone, is not delivered, or brings nothing any more. */
  readonly lost?: Diagnostic;
  /** True when the history is no evidence of who came within the last day: logs are lost, or were. */
  readonly isInDoubt: boolean;
  /** True when an object of each hour of the last day, and nothing else, is there. */
  readonly coversDay: boolean;
}

const HOUR = 3600;
/**
 * AWS delivers within a quarter of an hour, and a flow log that saw nothing says so; so two whole hours without an
 * object are no accident.
 */
export const SILENT_AFTER_S = 2 * HOUR;
/** After a gap this much has to be seen before "nobody came" counts again: a job that runs at night is in it. */
const DAY = 24 * HOUR;

/**
 * Judges what is known of a database's flow logs. Where nothing was ever known of them nothing is lost.
 *
 * @param cover its subscriptions; absent where they could not be read, or no interface of it is known
 * @param nowSeconds since 1970
 */
export function logStanding(
  id: string,
  record: LogRecord,
  cover: LogCover | undefined,
  nowSeconds: number,
): LogStanding {
  const { hours, afterGap = false } = record;
  const lost = unseen(id, record, cover) ?? silent(id, record, nowSeconds);
  const seenFor = hours === undefined ? 0 : nowSeconds - hours.from;
  return {
    ...(lost === undefined ? {} : { lost }),
    isInDoubt: lost !== undefined || (afterGap && seenFor < DAY),
    coversDay: lost === undefined && hours !== undefined && seenFor >= DAY,
  };
}

/** Shown of several. */
const SHOWN = 3;
const WHY =
  "Whoever connects meanwhile is not seen, so for these hours the history is no evidence that nobody did";
const HELP = `see "Flow logs are lost" in docs/guides/operations.md`;

function unseen(id: string, { seenBy }: LogRecord, cover: LogCover | undefined): Diagnostic | undefined {
  if (cover === undefined || cover.unseen.length === 0) return undefined;
  const { unseen: interfaces, failing, covering } = cover;
  const [first] = failing;
  if (first !== undefined)
    return {
      code: "FLOW_LOGS_LOST",
      what: `Flow logs of database "${id}" are not delivered: ${listed(failing.map((log) => log.flowLogId))} fails (${first.problem ?? first.status})`,
      why: WHY,
      fix: `Let AWS write to the bucket again (its policy, its key); ${HELP}`,
    };
  if (seenBy.length === 0) return undefined;
  const gone = seenBy.filter((flowLog) => !covering.includes(flowLog));
  const which = gone.length === 0 ? "" : `, ${listed(gone)} does no more`;
  return {
    code: "FLOW_LOGS_LOST",
    what: `Database "${id}" has lost its flow logs: none sees ${listed(interfaces)}${which}`,
    why: WHY,
    fix: `Run "moat onboard", which makes one for each interface that has none; ${HELP}`,
  };
}

function silent(id: string, { hours }: LogRecord, nowSeconds: number): Diagnostic | undefined {
  if (hours === undefined || nowSeconds < hours.to + SILENT_AFTER_S) return undefined;
  return {
    code: "FLOW_LOGS_LOST",
    what: `Flow logs of database "${id}" do not come any more: none of an hour after ${formatUtc(hours.to)} is there`,
    why: WHY,
    fix: `See whether AWS writes to the bucket, and whether what it writes is read; ${HELP}`,
  };
}

const listed = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "");
