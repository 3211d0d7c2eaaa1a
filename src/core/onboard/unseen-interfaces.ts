import type { Inventory } from "../inventory/model.ts";
import type { FlowLog } from "./flow-log.ts";
import { planSubscriptions } from "./plan-subscriptions.ts";

/**
 * Interfaces of databases whose traffic no useful flow log sees, neither of their own nor of their subnet or VPC; by the
 * database's id, sorted. An interface that several databases fit stands with each of them.
 */
export function unseenInterfaces(
  inventory: Inventory,
  logs: readonly FlowLog[],
  owner: string,
): ReadonlyMap<string, readonly string[]> {
  const settings = { owner, scope: "interface", format: "" } as const;
  const { create } = planSubscriptions(inventory, { see: inventory.databases, keep: [] }, logs, settings);
  const unseen = new Map<string, string[]>();
  for (const { resourceId, databases } of create)
    for (const id of databases) unseen.set(id, [...(unseen.get(id) ?? []), resourceId]);
  return unseen;
}
