import type { WatchCounts, WatchEvent } from "../../../app/watch/watch-event.ts";
import { assertNever } from "../../../core/assert-never.ts";
import { durationText } from "../duration.ts";
import { driftText } from "./drift-text.ts";
import { problemText } from "./problem-text.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";

/** One event of a watch, as a person reads it. */
export function watchEventText(event: WatchEvent, style: Style): string {
  switch (event.kind) {
    case "started":
      return `Watching: policy every ${durationText(event.policyEveryMs / 1000)}, AWS every ${durationText(event.sweepEveryMs / 1000)}`;
    case "policyChanged":
      return `Policy is version ${event.version}${event.why.length === 0 ? "" : ` (${event.why.slice(0, 3).join(", ")})`}`;
    case "drift":
      return style.yellow(`${event.database}: ${driftText(event.drift)}`);
    case "finding":
      return `${event.database}: ${event.finding.what}`;
    case "refused":
      return problemText(
        event.refusal,
        style.red(`✗ ${event.database}: refused (${event.refusal.gate}):`),
        style,
      );
    case "changed":
      return changedText(event, style);
    case "wavesHalted":
      return problemText(event.finding, style.red("✗ The waves are stopped:"), style);
    case "problem":
      return `${problemText(event.problem, style.red("✗"), style)}\n    Nothing is written meanwhile; next try in ${durationText(event.retryInMs / 1000)}`;
    case "recovered":
      return style.green(`✓ ${event.of === "policy" ? "Policy" : "AWS"} answers again`);
    case "heartbeat":
      return style.dim(
        `${counted(event.databases, "database")}, ${event.inSync} in sync, ${event.refused} refused; ${countsText(event.counts)}`,
      );
    case "stopped":
      return `Stopped: ${countsText(event.counts)}`;
    default:
      return assertNever(event);
  }
}

function changedText({ outcome }: Extract<WatchEvent, { kind: "changed" }>, style: Style): string {
  if (outcome.problem !== undefined)
    return problemText(outcome.problem, style.red(`✗ ${outcome.id}:`), style);
  return style.green(
    `✓ ${outcome.id}: ${counted(outcome.done.length, "step")} done, ${counted(outcome.writeCalls, "write call")}`,
  );
}

const countsText = (counts: WatchCounts): string =>
  [
    counted(counts.policyChecks, "policy check"),
    counted(counts.sweeps, "sweep"),
    counted(counts.writeCalls, "write call"),
    counted(counts.problems, "problem"),
  ].join(", ");
