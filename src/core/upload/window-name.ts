import { formatUtc } from "../flow/utc-time.ts";

const HOUR = 3600;

/** The hour that a moment falls into, as a ledger names it: seconds since 1970, UTC, to `2026-08-15T22`. */
export const windowName = (seconds: number): string => formatUtc(seconds).slice(0, 13);

/**
 * Whether all of a window lies before a moment (seconds since 1970, UTC). A window that is no hour has no age, so that
 * it never does.
 */
export function windowIsBefore(name: string, seconds: number): boolean {
  // Names of hours sort as the hours do.
  return /^\d{4}-\d{2}-\d{2}T\d{2}$/.test(name) && name < windowName(Math.floor(seconds / HOUR) * HOUR);
}
