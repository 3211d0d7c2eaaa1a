import type { Inventory } from "../inventory/model.ts";
import { EMPTY_SET } from "../net/address-set.ts";
import { sourceText } from "../rule/rule-text.ts";
import { exceptionsOf } from "./exceptions.ts";
import { liveDatabase } from "./plan-change.ts";
import { type PlanSettings, planningWorld } from "./world.ts";

/** One lease as a list shows it. */
export interface ListedLease {
  readonly database: string;
  readonly source: string;
  readonly until: string;
  readonly reason?: string;
  /** True while it lets anybody in by right; policy's override denies are not looked at. */
  readonly running: boolean;
  readonly group: string;
  readonly securityGroupRuleId?: string;
}

/** Every lease in an inventory, by database, then by its end. Needs no policy. */
export function listLeases(inventory: Inventory, settings: PlanSettings): readonly ListedLease[] {
  const world = planningWorld(inventory, settings);
  return inventory.databases.flatMap((database) =>
    exceptionsOf(world, liveDatabase(world, database), database.port, EMPTY_SET)
      .leases.map(({ rule, until, reason, state, group }) => ({
        database: database.id,
        source: sourceText(rule.source),
        until,
        ...(reason === undefined ? {} : { reason }),
        running: state === "running",
        group,
        ...(rule.securityGroupRuleId === undefined ? {} : { securityGroupRuleId: rule.securityGroupRuleId }),
      }))
      .sort((a, b) => (a.until < b.until ? -1 : Number(a.until > b.until))),
  );
}
