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

/** A part of the logs: none of the fields, `last`, or one or both of the others. */
export type TimeRange = Pick<MapState, "from" | "to" | "last">;

/** The state with another range of time, in seconds; a bound that is not named is open. */
export function withRange(state: MapState, { from, to, last }: Open<TimeRange>): MapState {
  const { from: _, to: __, last: ___, ...rest } = state;
  if (last !== undefined) return { ...rest, last };
  return { ...rest, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

type Open<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The range in words: `Last hour`, `All of the logs`, or both times in UTC. */
export function rangeText({ from, to, last }: TimeRange): string {
  if (last !== undefined)
    return LAST_RANGES.find(({ seconds }) => seconds === last)?.name ?? `Last ${last} seconds`;
  if (from === undefined && to === undefined) return "All of the logs";
  const [start, end] = [from, to].map((each) => (each === undefined ? "…" : utcText(each).slice(0, 16)));
  return `${start} – ${end}`;
}

/** `2026-01-05T10:00`, as a page's field for date and time has it; empty for no time. */
export const fieldTime = (seconds: number | undefined): string =>
  seconds === undefined ? "" : utcText(seconds).slice(0, 16).replace(" ", "T");

/** The other way; `undefined` for an empty field. */
export const timeOfField = (text: string): number | undefined =>
  text === "" ? undefined : readUtc(`${text.slice(0, 16)}:00Z`);
