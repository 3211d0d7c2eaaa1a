import type { DatabasePlan } from "../plan/plan.ts";

type Danger = Pick<DatabasePlan, "drift" | "reachable">;

/**
 * Databases in the order in which they should be changed: those that somebody tampered with before those that merely
 * follow policy, and among both the widest exposure first. Exposure is the number of addresses that reach the listener
 * and no longer should; one that cannot be counted counts as the worst. Equals keep their order.
 */
export function byDanger<T extends Danger>(databases: readonly T[]): readonly T[] {
  return databases
    .map((database) => ({
      database,
      tampered: database.drift.some((d) => !d.left),
      excess: excess(database),
    }))
    .sort(
      (a, b) =>
        Number(b.tampered) - Number(a.tampered) || (a.excess < b.excess ? 1 : -Number(a.excess > b.excess)),
    )
    .map(({ database }) => database);
}

// More than there are addresses of both families.
const UNCOUNTED = 1n << 200n;

const excess = ({ reachable }: Danger): bigint =>
  reachable.nowUnknown ? UNCOUNTED : reachable.now - reachable.planned;
