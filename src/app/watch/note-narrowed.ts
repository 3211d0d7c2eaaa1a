import type { Diagnostic } from "../../core/diagnostic.ts";
import { holdNarrowing, narrows } from "../../core/guard/hold-narrowing.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { expectedProblem } from "../expected-problem.ts";
import type { ReconcileReport } from "../reconcile.ts";
import type { SweepMemory } from "./survey.ts";

/** Writes down that databases are narrowed now. False when it could not be written. */
export type NoteNarrowed = (arns: readonly string[]) => Promise<boolean>;

/**
 * Writes down which databases a plan narrows, each once a run. It is written before it is done, so that no death in
 * between leaves a change that nobody watches; what cannot be written down is not done.
 *
 * @param known databases that are written down already; those of this plan are added
 */
export async function noted(note: NoteNarrowed | undefined, plan: Plan, known: Set<string>): Promise<Plan> {
  if (note === undefined) return plan;
  const arns = plan.databases.flatMap((d) => (!known.has(d.arn) && narrows(d) ? [d.arn as string] : []));
  if (arns.length === 0) return plan;
  if (await isWritten(note, arns)) {
    for (const arn of arns) known.add(arn);
    return plan;
  }
  return holdNarrowing(plan, ({ id, arn }) => (known.has(arn) ? undefined : unnoted(id)));
}

async function isWritten(note: NoteNarrowed, arns: readonly string[]): Promise<boolean> {
  try {
    return await note(arns);
  } catch (error) {
    if (expectedProblem(error) === undefined) throw error;
    return false;
  }
}

const unnoted = (id: string): Diagnostic => ({
  code: "WAVE_UNNOTED",
  what: `What policy takes away at database "${id}" waits: that it is taken away could not be written down`,
  why: "Later waves wait until its clients were watched, and what nobody knows of, nobody watches",
  fix: "Nothing, if the next sweep can read and write the memory of Moat (MOAT_STATE)",
});

/** The watching of clients begins when the change is over; where it had begun already, it begins anew. */
export function afterNarrowing(
  { narrowed }: SweepMemory,
  now: ReadonlySet<string>,
  { outcomes }: ReconcileReport,
  atMs: number,
): Pick<SweepMemory, "narrowed"> {
  if (narrowed === undefined) return {};
  const wrote = outcomes.filter((o) => o.writeCalls > 0 && (now.has(o.arn) || narrowed.has(o.arn)));
  return { narrowed: new Map([...narrowed, ...wrote.map(({ arn }) => [arn, atMs] as const)]) };
}
