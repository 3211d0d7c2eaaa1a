import type { Diagnostic } from "../diagnostic.ts";
import type { DatabasePlan, Plan } from "../plan/plan.ts";
import { withoutWithdrawals } from "./without-withdrawals.ts";

/** What earlier answers of policy wanted to take away: by what it is, the moment of the first such answer. */
export type Withdrawals = ReadonlyMap<string, number>;

/** The answer of policy that a plan was made from. */
export interface PolicyAnswer {
  /** When policy was read, in milliseconds since 1970. */
  readonly readAt: number;
  /** Milliseconds that two answers must lie apart to count as two. */
  readonly apartMs: number;
}

export interface HeldPlan {
  readonly plan: Plan;
  /** What this answer wants to take away; the input of the next time. */
  readonly withdrawals: Withdrawals;
  /** When policy may be asked again so that what is held may go; `undefined` when nothing is held. */
  readonly askAgainAt?: number;
}

/**
 * Takes out of a plan what one answer of policy alone would take away: rules that policy had granted go only when a
 * second answer, some time later, says the same. What nobody granted (a rule added or edited by hand, a lease that
 * ended) goes at once. What is left is safe to carry out: steps are only left out from the end of a database's list, or
 * are revocations after which nothing is granted any more.
 */
export function holdRevocations(plan: Plan, previous: Withdrawals, answer: PolicyAnswer): HeldPlan {
  const withdrawals = new Map<string, number>();
  const holder = new Holder(previous, answer, withdrawals);
  const databases = plan.databases.map((d) => (d.steps.length === 0 ? d : holder.database(d)));
  const { askAgainAt } = holder;
  return {
    plan: { ...plan, databases },
    withdrawals,
    ...(askAgainAt === undefined ? {} : { askAgainAt }),
  };
}

class Holder {
  readonly #previous: Withdrawals;
  readonly #answer: PolicyAnswer;
  readonly #withdrawals: Map<string, number>;
  askAgainAt: number | undefined;

  constructor(previous: Withdrawals, answer: PolicyAnswer, withdrawals: Map<string, number>) {
    this.#previous = previous;
    this.#answer = answer;
    this.#withdrawals = withdrawals;
  }

  database(database: DatabasePlan): DatabasePlan {
    const { steps, held } = withoutWithdrawals(database, (what) => this.#agreed(what));
    if (held === 0) return database;
    return { ...database, steps, findings: [...database.findings, heldFinding(database.id, held)] };
  }

  /** Notes that this answer takes something away, and says whether an earlier one did so, too. */
  #agreed(what: string): boolean {
    const first = this.#previous.get(what) ?? this.#answer.readAt;
    this.#withdrawals.set(what, first);
    const due = first + this.#answer.apartMs;
    if (this.#answer.readAt >= due) return true;
    this.askAgainAt = Math.min(this.askAgainAt ?? due, due);
    return false;
  }
}

const heldFinding = (id: string, held: number): Diagnostic => ({
  code: "REVOCATION_HELD",
  what: `${held} revocation${held === 1 ? " is" : "s are"} held at database "${id}" until policy says so twice`,
  why: "A single answer may be wrong; what policy had granted is not taken away on one",
  fix: `Nothing; "moat apply" carries them out at once`,
});
