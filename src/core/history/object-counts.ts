import type { LogHour } from "./history-answers.ts";

/** Objects that are there, of those that should be. */
export interface ObjectCounts {
  readonly present: number;
  readonly expected: number;
}

const HOUR = 3600;

/**
 * Objects of one flow log, against what it delivers in most of its hours: AWS writes one every five minutes, or every
 * ten, and more where there is much traffic, so that no number fits all. Looked at are the hours between the first and
 * the last that it delivered, neither of which need be whole; an hour with more than usual misses nothing.
 *
 * @param hours of that flow log, each once, in any order
 */
export function objectCounts(hours: readonly LogHour[]): ObjectCounts {
  const sorted = hours.toSorted((a, b) => a.hourStart - b.hourStart);
  const present = sorted.reduce((sum, { objects }) => sum + objects, 0);
  const inner = sorted.slice(1, -1);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || inner.length === 0) return { present, expected: present };
  const usual = median(inner.map(({ objects }) => objects));
  const short = inner.reduce((sum, { objects }) => sum + Math.max(0, usual - objects), 0);
  const hoursBetween = (last.hourStart - first.hourStart) / HOUR - 1;
  return { present, expected: present + short + (hoursBetween - inner.length) * usual };
}

/** The upper one of two. */
function median(counts: readonly number[]): number {
  return counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
}
