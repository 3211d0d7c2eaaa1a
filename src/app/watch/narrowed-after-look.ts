import { placeIn } from "../../core/guard/fill-waves.ts";
import type { Rollout } from "../../core/guard/rollout.ts";
import { waveNames } from "../../core/guard/waves.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { DatabasePlan, Plan } from "../../core/plan/plan.ts";
import type { RolloutSettings } from "./look-at-rollout.ts";

/** What a target looked like, and how far the rollout was before. */
export interface NarrowedLook {
  readonly plan: Plan;
  readonly inventory: Inventory;
  readonly settings: RolloutSettings;
  readonly rollout: Rollout | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * What is remembered of narrowed databases once a target was looked at. Those that were watched to the end are
 * forgotten, and of one that is not as policy says the watching begins only when it is. Where nothing is known, every
 * enforced database may have been narrowed just now.
 */
export function narrowedAfterLook(
  before: ReadonlyMap<string, number> | undefined,
  look: NarrowedLook,
): ReadonlyMap<string, number> {
  const { plan, at } = look;
  const enforced = plan.databases.filter((d) => d.mode === "enforce" && d.managedGroups.length > 0);
  if (before === undefined) return new Map(enforced.map(({ arn }) => [arn, at] as const));
  return new Map(
    enforced.flatMap((database) => {
      const since = before.get(database.arn);
      if (since === undefined || isOver(database, since, look)) return [];
      const inPlace = database.inSync || database.refused.length > 0;
      return [[database.arn, inPlace ? since : at] as const];
    }),
  );
}

/** True when no wave waits for a database any more, and one of the last wave was watched for as long. While a rollout is halted, nothing of what led to it is forgotten. */
function isOver(
  { id, arn }: DatabasePlan,
  since: number,
  { inventory, rollout, settings: { waves, watch } }: NarrowedLook,
): boolean {
  const tags = inventory.databases.find((d) => d.arn === arn)?.tags ?? {};
  const place = placeIn(rollout, { id, arn, tags }, waves);
  if (rollout === undefined || rollout.halted !== undefined) return false;
  const isLast = place === waveNames(waves).length - 1 && place === rollout.open;
  return (place < rollout.open || isLast) && since + watch.forMs <= rollout.at;
}
