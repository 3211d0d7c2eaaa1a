import type { Diagnostic } from "../diagnostic.ts";
import type { DatabasePlan, Plan } from "../plan/plan.ts";
import { isFirstSwap } from "./first-swap.ts";
import { type KeptSteps, withoutWithdrawals } from "./without-withdrawals.ts";

/**
 * True where policy would take something away: a rule that it had granted, one of Moat's groups, the groups of before
 * a first swap, or what an owner wrote into a group that he gave into Moat's hands. Repairs of tampering, new grants
 * and ended leases take nothing away that policy gave.
 */
export const narrows = (database: DatabasePlan): boolean => kept(database).held > 0;

/**
 * Takes out of a plan what narrows a database that has to wait, and nothing else: tampering with it is repaired and new
 * grants are made meanwhile. A first swap waits as a whole. The one grant that waits, too, is one for which there is no
 * room before something is revoked.
 *
 * @param why says why a database has to wait; `undefined` for one that may go
 */
export function holdNarrowing(plan: Plan, why: (database: DatabasePlan) => Diagnostic | undefined): Plan {
  const databases = plan.databases.map((database) => {
    const { steps, held } = kept(database);
    const finding = held === 0 ? undefined : why(database);
    if (finding === undefined) return database;
    return { ...database, steps, findings: [...database.findings, finding] };
  });
  return { ...plan, databases };
}

function kept(database: DatabasePlan): KeptSteps {
  if (isFirstSwap(database)) return { steps: [], held: database.steps.length };
  // Where nobody tampered, what was added is what the owner of an adopted group wrote.
  const untouched = database.drift.every(({ left }) => left);
  return withoutWithdrawals(
    database,
    () => false,
    ({ was }) => was === "granted" || was === "found" || (was === "added" && untouched),
  );
}
