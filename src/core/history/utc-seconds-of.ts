import { utcSeconds } from "../flow/utc-time.ts";

const UTC = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/;

/** Seconds since 1970 of a time as conversations carry it (`2026-08-15T04:30:00Z`); `undefined` for anything else. */
export function utcSecondsOf(text: string | undefined): number | undefined {
  const parts = UTC.exec(text ?? "");
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return utcSeconds(year, month, day, hour, minute) + second;
}
