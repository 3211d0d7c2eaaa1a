import type { Inventory } from "../core/inventory/model.ts";
import type { Plan } from "../core/plan/plan.ts";
import { planDocument, ruleDocument } from "../core/plan/plan-document.ts";
import { type PrintedWorld, type Verification, verifyDatabase } from "../core/verify/verify-plan.ts";

/** Checks every step of a plan, as it is printed, with code that shares nothing with the planner. */
export function verifyPlan(plan: Plan, inventory: Inventory): Verification {
  const world = printedWorld(inventory);
  const results = planDocument(plan).databases.map((database) => verifyDatabase(database, world));
  return {
    steps: results.reduce((n, r) => n + r.steps, 0),
    violations: results.flatMap((r) => r.violations),
  };
}

function printedWorld(inventory: Inventory): PrintedWorld {
  const members = new Map<string, string[]>(inventory.securityGroups.map((g) => [g.groupId, []]));
  for (const { groupIds, addresses } of inventory.networkInterfaces) {
    for (const id of groupIds) members.get(id)?.push(...addresses);
  }
  for (const { prefixListId, entries } of inventory.prefixLists)
    members.set(prefixListId, [...(entries ?? [])]);
  return {
    members,
    egressUnknown: new Set(
      inventory.securityGroups.flatMap((g) => (g.egressUnknown === true ? [g.groupId] : [])),
    ),
    groups: new Map(inventory.securityGroups.map((g) => [g.groupId, g.rules.map(ruleDocument)])),
  };
}
