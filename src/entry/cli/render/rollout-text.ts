import { formatUtc } from "../../../core/flow/utc-time.ts";
import type { Rollout } from "../../../core/guard/rollout.ts";
import { problemText } from "./problem-text.ts";
import type { Style } from "./style.ts";

/** Databases that are named; the number of all stands beside them. */
const SHOWN = 5;

/** A rollout in words, line by line. */
export function rolloutLines(rollout: Rollout, style: Style): readonly string[] {
  const { version, at, open, waiting, halted, unsure, acknowledged } = rollout;
  const stopped = halted?.finding ?? unsure;
  return [
    `Policy ${version}, as the sweep of ${moment(at)} found it`,
    halted === undefined
      ? `Open: ${open === 0 ? "the canaries" : `the canaries and ${open} more`}`
      : "Open: nothing",
    ...waitingLines([...waiting]),
    ...(acknowledged === undefined
      ? []
      : [`Acknowledged: all that was changed until ${moment(acknowledged.at)}`]),
    ...(stopped === undefined ? [] : ["", problemText(stopped, "!", style)]),
  ];
}

function waitingLines(waiting: readonly (readonly [string, number])[]): readonly string[] {
  if (waiting.length === 0) return [];
  const shown = waiting.slice(0, SHOWN).map(([what, since]) => `  ${what}, since ${moment(since)}`);
  const more = waiting.length > SHOWN ? [`  and ${waiting.length - SHOWN} more`] : [];
  return [`Not in place yet: ${waiting.length}`, ...shown, ...more];
}

const moment = (ms: number): string => formatUtc(Math.floor(ms / 1000));
