import { databaseMode } from "../core/inventory/mode.ts";
import type { Inventory } from "../core/inventory/model.ts";
import { type LeasePlan, type LeaseRequest, planLease, planLeaseEnd } from "../core/plan/plan-lease.ts";
import { type PlanSettings, planningWorld } from "../core/plan/world.ts";
import { applyDatabase } from "./apply-database.ts";
import type { DatabaseOutcome } from "./apply-outcome.ts";
import type { ApplyPorts } from "./apply-run.ts";
import { type DatabaseNotFound, findDatabase } from "./find-database.ts";
import { bareStart } from "./run-start.ts";

/** Grant a lease, or end one before its time. */
export type LeaseChange =
  | { readonly kind: "grant"; readonly request: LeaseRequest }
  | { readonly kind: "end"; readonly cidr: LeaseRequest["cidr"] };

export type LeaseReport =
  | {
      readonly kind: "done";
      readonly id: string;
      readonly plan: LeasePlan;
      readonly outcome: DatabaseOutcome;
    }
  | { readonly kind: "refused"; readonly id: string; readonly plan: LeasePlan }
  | DatabaseNotFound;

/** Makes or takes away the one rule of a lease. */
export async function changeLease(
  ports: ApplyPorts,
  inventory: Inventory,
  settings: PlanSettings,
  name: string,
  change: LeaseChange,
): Promise<LeaseReport> {
  const found = findDatabase(inventory, name);
  if (found.kind === "notFound") return found;
  const world = planningWorld(inventory, settings);
  const { id, arn, kind } = found.database;
  const plan =
    change.kind === "grant"
      ? planLease(world, found.database, change.request)
      : planLeaseEnd(world, found.database, change.cidr);
  if (plan.refused.length > 0) return { kind: "refused", id, plan };
  const outcome = await applyDatabase(ports, {
    id,
    arn,
    kind,
    managedGroups: plan.live.managed.map((g) => g.groupId),
    attachedGroups: plan.live.attachedIds,
    rules: [],
    steps: plan.steps,
    basis: plan.basis,
    start: {
      ...bareStart("lease", databaseMode(found.database, settings.modes).mode),
      managed: plan.live.managed.map((g) => g.groupId),
      attached: plan.live.attachedIds,
    },
  });
  return { kind: "done", id, plan, outcome };
}
