import { compactHistory } from "../../../adapters/history/compact-history.ts";
import { expireHistory } from "../../../adapters/history/expire-history.ts";
import { utcDay } from "../../../core/history/utc-day.ts";
import type { CliContext } from "../context.ts";
import { parseDuration } from "../duration.ts";
import { compactText } from "../render/history-text.ts";
import { readSettings } from "../settings.ts";
import { historyPlace, openHistoryStore } from "../wire/history.ts";
import type { HistoryOptions } from "./history.ts";

/** Longer than any question takes that began before a file was replaced. */
const GRACE_MS = 15 * 60_000;

/** Makes one file of each day's many, and drops the days that are older than was asked. */
export async function runHistoryCompact(context: CliContext, options: HistoryOptions): Promise<void> {
  const settings = await readSettings(options);
  const place = historyPlace(settings);
  const keep = options.keep === undefined ? undefined : parseDuration(options.keep, "--keep");
  const store = openHistoryStore(place, context, settings.region, undefined);
  const now = context.clock.now();
  const expired = keep === undefined ? 0 : await expireHistory(store, utcDay(Math.floor(now / 1000) - keep));
  const report = { ...(await compactHistory(store, { now, graceMs: GRACE_MS })), expired };
  context.out(
    settings.json
      ? JSON.stringify({ version: 1, kind: "historyCompact", history: place, ...report }, null, 2)
      : compactText(place, report),
  );
}
