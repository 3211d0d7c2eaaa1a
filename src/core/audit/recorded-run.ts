import type { AuditLine, AuditRecord, RecordedStart } from "./audit-record.ts";

/** A line that could be read. */
export type ReadLine = AuditLine & { readonly record: AuditRecord };

/** The writes of one run to one database, in order; `start` is missing on records of old. */
export interface RecordedRun {
  readonly start?: RecordedStart;
  readonly lines: readonly ReadLine[];
}

/** The runs of a chain: each begins where a start is on record. */
export function recordedRuns(chain: readonly ReadLine[]): readonly RecordedRun[] {
  const lines = chain.map(named);
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

/** The line with every group that its run made by the name that its first step gave it, as some steps tell the id. */
function named(line: ReadLine): ReadLine {
  const { created, step } = line.record;
  if (created === undefined) return line;
  const names = new Map(Object.entries(created).map(([name, id]) => [id, name]));
  const nameOf = (group: string): string => names.get(group) ?? group;
  const { group, groups } = step;
  return {
    ...line,
    record: {
      ...line.record,
      step: {
        ...step,
        ...(group === undefined ? {} : { group: nameOf(group) }),
        ...(groups === undefined ? {} : { groups: groups.map(nameOf) }),
      },
    },
  };
}

/** The writes of a run without those that were made again after a fault: what they do, they do once. */
export const distinctWrites = ({ lines }: RecordedRun): readonly ReadLine[] =>
  lines.filter((line, i) => JSON.stringify(line.record.step) !== JSON.stringify(lines[i - 1]?.record.step));
