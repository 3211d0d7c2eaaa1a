import { databaseMode } from "../core/inventory/mode.ts";
import type { Inventory } from "../core/inventory/model.ts";
import { planRollback, type RollbackPlan } from "../core/plan/plan-rollback.ts";
import { type PlanSettings, planningWorld } from "../core/plan/world.ts";
import { applyDatabase } from "./apply-database.ts";
import type { DatabaseOutcome } from "./apply-outcome.ts";
import type { ApplyPorts } from "./apply-run.ts";
import { type DatabaseNotFound, findDatabase } from "./find-database.ts";
import { bareStart } from "./run-start.ts";

/** A rollback that was carried out, or why it was not. */
export type RollbackReport =
  | { readonly kind: "done"; readonly plan: RollbackPlan; readonly outcome: DatabaseOutcome }
  | { readonly kind: "refused"; readonly plan: RollbackPlan }
  | DatabaseNotFound;

/** Gives one database its original groups back and removes Moat's; works from the tags alone. */
export async function rollbackDatabase(
  ports: ApplyPorts,
  inventory: Inventory,
  settings: PlanSettings,
  name: string,
  deadlineMs?: number,
): Promise<RollbackReport> {
  const found = findDatabase(inventory, name);
  if (found.kind === "notFound") return found;
  const plan = planRollback(planningWorld(inventory, settings), found.database);
  if (plan.refused.length > 0) return { kind: "refused", plan };
  const world = planningWorld(inventory, settings);
  const managedGroups = (world.managed.get(plan.arn) ?? []).map((g) => g.groupId as string);
  const { id, arn, kind, memberships } = found.database;
  const attachedGroups = [
    ...new Set(memberships.filter((m) => m.status !== "removing").map((m) => m.groupId as string)),
  ];
  const start = {
    ...bareStart("rollback", databaseMode(found.database, settings.modes).mode),
    managed: managedGroups,
    attached: attachedGroups,
  };
  const outcome = await applyDatabase(
    ports,
    { id, arn, kind, managedGroups, attachedGroups, rules: [], steps: plan.steps, basis: plan.basis, start },
    deadlineMs === undefined ? {} : { deadlineMs },
  );
  const findings = [...plan.findings, ...outcome.findings];
  return { kind: "done", plan, outcome: { ...outcome, findings } };
}
