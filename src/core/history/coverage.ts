import type { DatabaseLog, LogHour } from "./history-answers.ts";
import type { HistorySpan } from "./live-rows.ts";
import { type ObjectCounts, objectCounts } from "./object-counts.ts";
import { utcDay } from "./utc-day.ts";

/** Kinds of hours in which a business does different things. By UTC: where a business sits is not known. */
export const BUSINESS_SLOTS = ["day", "night", "weekend", "monthEnd"] as const;
export type BusinessSlot = (typeof BUSINESS_SLOTS)[number];

/** Hours one after another: seconds since 1970, UTC, the end not included. */
export interface HourRange {
  readonly from: number;
  readonly to: number;
}

/** How much of the traffic of a database the history can have seen. */
export interface DatabaseCoverage {
  readonly databaseArn: string;
  /** Hours from the first that is asked for, or that its flow logs delivered, to the last of the history. */
  readonly expected: number;
  /** Those for which at least one of its flow logs delivered an object. */
  readonly present: number;
  readonly missing: readonly HourRange[];
  /** Of its flow logs, in these hours. */
  readonly objects: ObjectCounts;
  /** Intervals of which AWS lost records, in its flow logs. */
  readonly skipData: number;
  readonly malformed: number;
  /** Objects that were cut or corrupt. */
  readonly incomplete: number;
  /** Kinds of hours of which at least one is present. */
  readonly seen: readonly BusinessSlot[];
}

const HOUR = 3600;
const DAY = 86_400;

/**
 * Coverage of each database, in the order given. The span narrows; without it, it reaches from the first to the last
 * hour of the history.
 */
export function databaseCoverage(
  databaseArns: readonly string[],
  logs: readonly DatabaseLog[],
  hours: readonly LogHour[],
  span: HistorySpan = {},
): readonly DatabaseCoverage[] {
  const byLog = Map.groupBy(hours, logKey);
  const ends = hours.reduce((last, h) => Math.max(last, h.hourStart + HOUR), 0);
  return databaseArns.map((databaseArn) => {
    const own = logs.filter((l) => l.databaseArn === databaseArn).flatMap((l) => byLog.get(logKey(l)) ?? []);
    return coverageOf(databaseArn, own, startOf(span, own.length > 0 ? own : hours), span.until ?? ends);
  });
}

function coverageOf(
  databaseArn: string,
  own: readonly LogHour[],
  from: number,
  to: number,
): DatabaseCoverage {
  const there = new Set(own.map((h) => h.hourStart));
  const missing: HourRange[] = [];
  let expected = 0;
  let present = 0;
  for (let hour = from; hour < to; hour += HOUR) {
    expected += 1;
    const last = missing.at(-1);
    if (there.has(hour)) present += 1;
    else if (last?.to === hour) missing.splice(-1, 1, { from: last.from, to: hour + HOUR });
    else missing.push({ from: hour, to: hour + HOUR });
  }
  const seen = new Set([...there].flatMap(slotsOf));
  const sum = (of: (hour: LogHour) => number): number => own.reduce((n, hour) => n + of(hour), 0);
  return {
    databaseArn,
    expected,
    present,
    missing,
    objects: summed([...Map.groupBy(own, logKey).values()].map(objectCounts)),
    skipData: sum((h) => h.skipData),
    malformed: sum((h) => h.malformed),
    incomplete: sum((h) => h.incomplete),
    seen: BUSINESS_SLOTS.filter((slot) => seen.has(slot)),
  };
}

const summed = (counts: readonly ObjectCounts[]): ObjectCounts => ({
  present: counts.reduce((sum, { present }) => sum + present, 0),
  expected: counts.reduce((sum, { expected }) => sum + expected, 0),
});

const logKey = (log: {
  readonly account: string;
  readonly region: string;
  readonly flowLog?: string;
}): string => `${log.account} ${log.region} ${log.flowLog}`;

function startOf({ since }: HistorySpan, hours: readonly LogHour[]): number {
  const first = since ?? hours.reduce((min, h) => Math.min(min, h.hourStart), Number.POSITIVE_INFINITY);
  return first - (first % HOUR);
}

/** The kinds that an hour is of; one at least. */
export function slotsOf(hourStart: number): readonly BusinessSlot[] {
  const hour = Math.floor((hourStart % DAY) / HOUR);
  // 1970 began on a Thursday.
  const weekday = (Math.floor(hourStart / DAY) + 4) % 7;
  const isWeekend = weekday === 0 || weekday === 6;
  return [
    ...(isWeekend ? ["weekend" as const] : hour >= 7 && hour < 19 ? ["day" as const] : ["night" as const]),
    ...(dayOfMonth(hourStart + DAY) === 1 ? ["monthEnd" as const] : []),
  ];
}

const dayOfMonth = (seconds: number): number => Number(utcDay(seconds).slice(8));
