import type { Drift } from "../../../core/drift/drift.ts";
import { opponentText } from "../../../core/guard/tug-of-war.ts";

/** A difference in a line: what, what it lets in, and by whom. */
export function driftText({ what, letsIn, left, by, kind }: Drift): string {
  const reach =
    letsIn === undefined || kind === "groupAttached"
      ? ""
      : `, which lets in ${letsIn} addresses beyond policy`;
  const who = by === undefined ? "" : `, by ${opponentText(by)} at ${by.at} (${by.operation})`;
  return `${what}${reach}${who}${left ? "; it is left alone" : ""}`;
}
