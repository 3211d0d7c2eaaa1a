import { compactHistory } from "../../adapters/history/compact-history.ts";
import { expireHistory } from "../../adapters/history/expire-history.ts";
import { expectedProblem } from "../../app/expected-problem.ts";
import { tendUploads } from "../../app/tend-uploads.ts";
import { utcDay } from "../../core/history/utc-day.ts";
import type { LambdaDeps } from "./wire.ts";

/** Longer than any question takes that began before a file was replaced. */
const GRACE_MS = 15 * 60_000;
/** Rows of one day. 100,000 of them take 240 MiB while they are put together: bench/README.md, "Compaction". */
const MAX_ROWS = 100_000;
const DAY_SECONDS = 86_400;

/**
 * Drops the days of the history that are too old, and makes one file of each day's many, until the time is over. Two
 * that do so at once do no harm, and what one leaves the next takes up. So it goes with the ledger of uploads.
 *
 * @throws Error when the history cannot be read or written, or none is kept: somebody is to hear of it
 */
export async function tendHistory({
  history,
  logger,
  settings,
  ports: { upload },
}: LambdaDeps): Promise<void> {
  if (history === undefined)
    throw new Error("The function's environment is not complete: MOAT_HISTORY is missing");
  const { store, days } = history;
  const now = Date.now();
  const isOver = (): boolean => Date.now() >= (settings.stopAt ?? Number.POSITIVE_INFINITY);
  try {
    const firstKept = utcDay(Math.floor(now / 1000) - days * DAY_SECONDS);
    const expired = await expireHistory(store, firstKept, isOver);
    const done = await compactHistory(store, { now, graceMs: GRACE_MS, isOver, maxRows: MAX_ROWS });
    const line = { ...done, expired, firstKept };
    if (done.tooLarge.length > 0)
      logger.warn("history tended with findings", { ...line, fix: 'Run "moat history compact" elsewhere' });
    else logger.info("history tended", line);
    if (upload !== undefined)
      logger.info("ledger of uploads tended", { ...(await tendUploads(upload, upload.keepDays, isOver)) });
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    logger.error("history not tended", { problem });
    throw new Error(`${problem.what}. ${problem.why}`, { cause: error });
  }
}
