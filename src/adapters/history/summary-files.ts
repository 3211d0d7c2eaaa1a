import { utcDay } from "../../core/history/history-day.ts";
import type { Summary, SummaryOrigin } from "../../core/history/summary.ts";
import { summaryParquet } from "./summary-parquet.ts";

/** A file of the history: its path below the history's root, with `/`, and its content. */
export interface SummaryFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files that hold one object's summaries, one a day. Path and content depend on the object alone, so that writing
 * them again, by whomever, changes nothing.
 */
export function summaryFiles(origin: SummaryOrigin, summaries: readonly Summary[]): readonly SummaryFile[] {
  const { account, region, objectDigest } = origin;
  const days = Map.groupBy(summaries, (s) => utcDay(s.hour));
  return [...days].map(([day, rows]) => ({
    path: `account=${account}/region=${region}/day=${day}/${objectDigest}.parquet`,
    bytes: summaryParquet(rows, objectDigest),
  }));
}
