import { formatUtc } from "../flow/utc-time.ts";

/** The UTC day of a moment in seconds since 1970, as folders of the history are named: `2026-08-15`. */
export const utcDay = (seconds: number): string => formatUtc(seconds).slice(0, 10);
