import type { WaveEvent } from "../../../app/reconcile-in-waves.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";

const NAMED = 5;

/** A wave as it begins, or why the rest was left alone. */
export function waveText(event: WaveEvent, style: Style): string {
  if (event.kind === "stopped")
    return style.red(
      `${event.failed.join(", ")} did not end well, so ${counted(event.left, "database")} of later waves ${event.left === 1 ? "was" : "were"} left alone`,
    );
  const { number, of, wave } = event;
  const names = wave.arns.slice(0, NAMED).map((arn) => arn.split(":").at(-1) ?? arn);
  const more = wave.arns.length - names.length;
  return style.bold(
    `Wave ${number} of ${of} (${wave.name}): ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
  );
}
