import type { AuditLine, AuditRecord, RecordedStart } from "./audit-record.ts";

/** A line that could be read. */
export type ReadLine = AuditLine & { readonly record: AuditRecord };

/** The writes of one run to one database, in order; `start` is missing on records of old. */
export interface RecordedRun {
  readonly start?: RecordedStart;
  readonly lines: readonly ReadLine[];
}

/** The runs of a chain: each begins where a start is on record. */
export function recordedRuns(lines: readonly ReadLine[]): readonly RecordedRun[] {
  const runs: { start?: RecordedStart; readonly lines: ReadLine[] }[] = [];
  const open = new Map<string, (typeof runs)[number]>();
  for (const line of lines) {
    const { start, database } = line.record;
    const current = start === undefined ? open.get(database) : undefined;
    if (current !== undefined) {
      current.lines.push(line);
      continue;
    }
    const run = { lines: [line], ...(start === undefined ? {} : { start }) };
    runs.push(run);
    open.set(database, run);
  }
  return runs;
}

/** The writes of a run without those that were made again after a fault: what they do, they do once. */
export const distinctWrites = ({ lines }: RecordedRun): readonly ReadLine[] =>
  lines.filter((line, i) => JSON.stringify(line.record.step) !== JSON.stringify(lines[i - 1]?.record.step));
