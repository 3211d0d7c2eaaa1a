import type { HourRange } from "./coverage.ts";

/** What is remembered of the flow logs of one database. All of it may be lost: then less is known, nothing wrong. */
export interface LogRecord {
  /**
   * Ids of flow logs that saw all its interfaces when all of them were last seen, at most {@link MOST_TELLERS}; none where
   * they never were.
   */
  readonly seenBy: readonly string[];
  /** Flow logs that told of it or see it, as {@link tellerOf} names them. */
  readonly tellers: readonly string[];
  /** Hours one after another, up to the last of which an object of its flow logs is there. */
  readonly hours?: HourRange;
  /** True: before these hours some are missing. */
  readonly afterGap?: boolean;
  /** Seconds since 1970 at which the history was asked and knew of no hour. */
  readonly askedAt?: number;
}

/** By the ARN of the database. */
export type LogRecords = ReadonlyMap<string, LogRecord>;

/** Nothing is known yet. */
export const NO_RECORD: LogRecord = { seenBy: [], tellers: [] };

/** A flow log by its id, or where its objects do not tell it by the folders of its rows. */
export const tellerOf = (log: {
  readonly account: string;
  readonly region: string;
  readonly flowLog?: string;
}): string => log.flowLog ?? `${log.account}/${log.region}`;

const HOUR = 3600;
/**
 * Flow logs that are remembered of a database. One of an interface ends with it: the newest that told of a database are
 * enough to know the rest by.
 */
export const MOST_TELLERS = 20;

/** Adds flow logs to those that are known to tell of a database; the same ones leave the record as it is. */
export function withTellers(record: LogRecord, news: Iterable<string>): LogRecord {
  const tellers = [...new Set([...news, ...record.tellers])].slice(0, MOST_TELLERS).sort();
  return tellers.join() === record.tellers.join() ? record : { ...record, tellers };
}

/**
 * Adds what the history answered: beginnings of hours in which an object of the database's flow logs is there, in
 * seconds since 1970, in any order. Hours that are there already, or that came late, close a gap.
 */
export function withHours(record: LogRecord, hourStarts: Iterable<number>): LogRecord {
  const runs = runsOf(hourStarts);
  const last = runs.at(-1);
  if (last === undefined) return record;
  const { askedAt: _, afterGap: hadGap = false, hours: before, ...rest } = record;
  const isGap = (afterGap: boolean) => (afterGap ? { afterGap } : {});
  if (before === undefined) return { ...rest, hours: last, ...isGap(runs.length > 1) };
  if (last.from > before.to) return { ...rest, hours: last, afterGap: true };
  const hours = { from: Math.min(before.from, last.from), to: Math.max(before.to, last.to) };
  return { ...rest, hours, ...isGap(last.from < before.from ? runs.length > 1 : hadGap) };
}

function runsOf(hourStarts: Iterable<number>): readonly HourRange[] {
  const runs: HourRange[] = [];
  for (const from of [...new Set(hourStarts)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.to === from) runs.splice(-1, 1, { from: last.from, to: from + HOUR });
    else runs.push({ from, to: from + HOUR });
  }
  return runs;
}
