import type { PrintedStep } from "../verify/verify-plan.ts";
import type { RecordedStart } from "./audit-record.ts";
import { distinctWrites, type RecordedRun } from "./recorded-run.ts";

/** A write of a run that others ran beside; its groups bear their ids. */
export interface WriteAtOnce {
  readonly line: number;
  readonly step: PrintedStep;
  /** When it was recorded: it took effect then at the earliest. RFC 3339. */
  readonly from: string;
  /**
   * When its run went on to something else: it had taken effect by then. Absent for the last one of a run, which may
   * have failed, and for deletions, which may be given up.
   */
  readonly until?: string;
}

/** One of several enforcements of a database at the same time. */
export interface RunAtOnce {
  readonly chain?: string;
  readonly database: string;
  readonly start: RecordedStart;
  /** Of its first and its last record. */
  readonly from: string;
  readonly to: string;
  readonly writes: readonly WriteAtOnce[];
  /** Ids of the groups that it made, or found made by another run, where the record tells them. */
  readonly made: ReadonlySet<string>;
}

/** The runs of one process, in order. */
export interface ProcessRuns {
  readonly chain?: string;
  readonly runs: readonly RecordedRun[];
}

/**
 * Enforcements of one database by different processes whose records overlap in time, each set of them once. Clocks of
 * machines are taken to agree.
 */
export function runsAtOnce(processes: readonly ProcessRuns[]): readonly (readonly RunAtOnce[])[] {
  const byDatabase = new Map<string, RunAtOnce[]>();
  for (const [i, { chain, runs }] of processes.entries())
    for (const [j, run] of runs.entries()) {
      const one = runOf(run, chain, `${i}.${j}`);
      if (one === undefined) continue;
      byDatabase.set(one.database, [...(byDatabase.get(one.database) ?? []), one]);
    }
  return [...byDatabase.values()].flatMap(overlapping);
}

function overlapping(runs: readonly RunAtOnce[]): readonly (readonly RunAtOnce[])[] {
  const sets: RunAtOnce[][] = [];
  let until = "";
  for (const run of runs.toSorted((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)))) {
    const last = sets.at(-1);
    if (last !== undefined && run.from <= until) last.push(run);
    else sets.push([run]);
    until = last !== undefined && run.to < until ? until : run.to;
  }
  return sets.filter((set) => new Set(set.map(({ chain }) => chain)).size > 1);
}

function runOf(run: RecordedRun, chain: string | undefined, mark: string): RunAtOnce | undefined {
  const { start, lines } = run;
  const [first] = lines;
  const last = lines.at(-1);
  if (start?.purpose !== "enforce" || first === undefined || last === undefined) return undefined;
  const created = new Map(lines.flatMap(({ record }) => Object.entries(record.created ?? {})));
  // Without its id on record, a group of this run is told apart from those of others by the run.
  const idOf = (group: string): string =>
    created.get(group) ?? (group.startsWith("new-") ? `${group} of run ${mark}` : group);
  const once = distinctWrites(run);
  return {
    ...(chain === undefined ? {} : { chain }),
    database: first.record.database,
    start,
    from: first.record.at,
    to: last.record.at,
    made: new Set(created.values()),
    writes: once.map(({ number, record: { at, step } }, i) => {
      const until = step.action === "deleteSecurityGroup" ? undefined : once[i + 1]?.record.at;
      return {
        line: number,
        from: at,
        ...(until === undefined ? {} : { until }),
        step: {
          ...step,
          ...(step.group === undefined ? {} : { group: idOf(step.group) }),
          ...(step.groups === undefined ? {} : { groups: step.groups.map(idOf) }),
        },
      };
    }),
  };
}
