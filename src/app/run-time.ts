import type { Diagnostic } from "../core/diagnostic.ts";
import type { Clock } from "../ports/clock.ts";

/** The end of the time that a run may take; without one it takes what it takes. */
export interface RunTime {
  readonly clock: Clock;
  /** Moment of the clock, in milliseconds since 1970, after which nothing new is begun. */
  readonly stopAt?: number;
  /** Asked before anything new is begun: somebody may want this process to end. */
  readonly stopRequested?: () => boolean;
}

/** True when nothing new may be begun. */
export function isOver({ clock, stopAt, stopRequested }: RunTime): boolean {
  return stopRequested?.() === true || (stopAt !== undefined && clock.now() >= stopAt);
}

/** What is said of work that was left because the time was over. `left` names it: `Message "…" was not read`. */
export const outOfTime = (left: string): Diagnostic => ({
  code: "OUT_OF_TIME",
  what: `${left}: the time of this run was over`,
  why: "A run that is cut off in the middle could not say what it did",
  fix: "Nothing, if a later run takes it up; else allow more time, or fewer messages at once",
});
