import type { WaveEvent } from "../../../app/reconcile-in-waves.ts";
import { durationText } from "../duration.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";

const NAMED = 5;

/** A wave as it begins, or why the rest was left alone. */
export function waveText(event: WaveEvent, style: Style): string {
  if (event.kind === "watching")
    return style.dim(
      `Watching flow logs for ${durationText(event.forMs / 1000)} ${event.left === 0 ? "after the last wave" : "before the next wave"} …`,
    );
  if (event.kind === "unseen")
    return style.yellow("! No flow log came meanwhile: whether a client is refused cannot be told");
  if (event.kind === "halted")
    return style.red(`${event.finding.what}${event.left === 0 ? "" : `, so ${leftAlone(event.left)}`}`);
  if (event.kind === "stopped")
    return style.red(`${event.failed.join(", ")} did not end well, so ${leftAlone(event.left)}`);
  const { number, of, wave } = event;
  const names = wave.arns.slice(0, NAMED).map((arn) => arn.split(":").at(-1) ?? arn);
  const more = wave.arns.length - names.length;
  return style.bold(
    `Wave ${number} of ${of} (${wave.name}): ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
  );
}

const leftAlone = (databases: number): string =>
  `${counted(databases, "database")} of later waves ${databases === 1 ? "was" : "were"} left alone`;
