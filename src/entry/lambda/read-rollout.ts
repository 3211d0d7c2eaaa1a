import { parseRollout } from "../../adapters/file/rollout-text.ts";
import { expectedProblem } from "../../app/expected-problem.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Rollout } from "../../core/guard/rollout.ts";
import type { VersionedText } from "../../ports/versioned-text.ts";

/** A rollout as it was found. */
export interface FoundRollout {
  readonly rollout?: Rollout;
  /** Why it is not known. */
  readonly problem?: Diagnostic;
  /** What is there, to be written over; absent when there is nothing, or it could not be asked. */
  readonly version?: string;
  /** False when the store did not answer, so that nothing may be written either. */
  readonly isRead: boolean;
}

/** Reads how far a rollout is. Whoever cannot know it narrows nothing, and repairs all the same. */
export async function readRollout(book: VersionedText): Promise<FoundRollout> {
  try {
    const found = await book.read();
    if (found === undefined) return { isRead: true };
    const rollout = parseRollout(found.text);
    const { version } = found;
    return rollout === undefined
      ? { isRead: true, version, problem: UNREADABLE }
      : { isRead: true, version, rollout };
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { isRead: false, problem };
  }
}

const UNREADABLE: Diagnostic = {
  code: "WAVES_UNREADABLE",
  what: "What was remembered of the rollout makes no sense",
  why: "Whether it was halted is not known, so it begins anew with the first wave, and who is refused is looked for again",
  fix: "Find out who writes below MOAT_STATE; the next sweep writes it anew",
};
