import type { MapState } from "./map-state.ts";
import { utcText } from "./map-words.ts";
import { readUtc } from "./read-utc.ts";

/** Ranges that end with the newest record, in seconds. */
export const LAST_RANGES = [
  { name: "Last hour", seconds: 3_600 },
  { name: "Last 24 hours", seconds: 86_400 },
  { name: "Last 7 days", seconds: 604_800 },
  { name: "Last 30 days", seconds: 2_592_000 },
] as const;

/** The state with another range of time: `from` and `to` in seconds since 1970, UTC, absent where it is open. */
export function withRange(state: MapState, from: number | undefined, to: number | undefined): MapState {
  const { from: _, to: __, ...rest } = state;
  return { ...rest, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Where a range of so many seconds begins that ends with the newest record, which has a time in seconds too. */
export const startOfLast = (newest: number, seconds: number): number => Math.max(0, newest - seconds);

/** `2026-01-05T10:00`, as a page's field for date and time has it; empty for no time. */
export const fieldTime = (seconds: number | undefined): string =>
  seconds === undefined ? "" : utcText(seconds).slice(0, 16).replace(" ", "T");

/** The other way; `undefined` for an empty field. */
export const timeOfField = (text: string): number | undefined =>
  text === "" ? undefined : readUtc(`${text.slice(0, 16)}:00Z`);
