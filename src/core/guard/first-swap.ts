import type { DatabasePlan } from "../plan/plan.ts";

/** True for a plan that detaches groups which Moat did not make, of a database that it never swapped before. */
export function isFirstSwap({ steps, drift, managedGroups, attachedGroups }: DatabasePlan): boolean {
  const swaps = steps.some(({ action }) => action === "setDatabaseGroups");
  const swappedBefore = managedGroups.some((id) => attachedGroups.includes(id)) || drift.some((d) => !d.left);
  return swaps && !swappedBefore;
}
