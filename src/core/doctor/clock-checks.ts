import { bad, type Check, good } from "./check.ts";

/** Tokens and signatures are refused when clocks are further apart; AWS draws the line at five minutes. */
const REFUSED_MS = 300_000;
const NOTICED_MS = 30_000;

/**
 * Whether this machine's clock agrees with another one.
 *
 * @param aheadMs milliseconds by which this machine is ahead; absent when the other tells no time
 */
export function clockCheck(of: string, aheadMs: number | undefined): readonly Check[] {
  if (aheadMs === undefined) return [];
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) < NOTICED_MS)
    return [good("clock", `this machine's clock agrees with that of ${of}`)];
  return [
    bad("clock", Math.abs(aheadMs) < REFUSED_MS ? "warning" : "failed", {
      code: "DOCTOR_CLOCK",
      what: `this machine's clock is ${seconds} seconds ${aheadMs > 0 ? "ahead of" : "behind"} that of ${of}`,
      why: "AWS refuses requests that are five minutes off, and times in findings and leases would be wrong",
      fix: "Let the machine follow a time server (timedatectl set-ntp true), or correct the other one",
    }),
  ];
}
