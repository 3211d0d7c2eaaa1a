import type { Database } from "../inventory/model.ts";
import { MODE_TAG, originalGroups } from "../inventory/ownership.ts";
import { adoptionOf } from "./adoption.ts";
import { forgetLeftRules } from "./left-rules.ts";
import { membershipSteps } from "./membership-steps.ts";
import type { Refusal, Step } from "./plan.ts";
import { type LiveDatabase, liveDatabase } from "./plan-change.ts";
import { basisOf } from "./plan-database.ts";
import type { World } from "./world.ts";

/** The way back: the original groups, as a managed group remembers them, and no trace of Moat's. */
export interface RollbackPlan {
  readonly id: string;
  readonly arn: Database["arn"];
  readonly steps: readonly Step[];
  readonly refused: readonly Refusal[];
  readonly basis: string;
}

/**
 * Plans the return of one database to the groups it had before Moat. The mode goes to `observe` first, so that no
 * other run enforces again in between; managed groups are deleted last. A database that Moat does not manage needs no
 * step.
 */
export function planRollback(world: World, database: Database): RollbackPlan {
  const live = liveDatabase(world, database);
  const shared = { id: database.id, arn: database.arn, basis: basisOf(world, live) };
  if (live.managed.length === 0) return { ...shared, steps: [], refused: [] };
  // An adopted group was there before Moat and stays: whoever made it puts its own rules back.
  if (adoptionOf(world, live) !== undefined)
    return {
      ...shared,
      steps: [observeStep(database), ...live.managed.flatMap(forgetLeftRules)],
      refused: [],
    };
  const target = targetGroups(world, live);
  if ("gate" in target) return { ...shared, steps: [], refused: [target] };
  const membership = membershipSteps({
    attached: live.attachedIds,
    gone: live.gone,
    target,
    inTransition: live.inTransition,
    limit: world.inventory.quotas.securityGroupsPerInterface,
  });
  return {
    ...shared,
    steps: [observeStep(database), ...membership, ...live.managed.map((g) => deleteStep(g.groupId))],
    refused: [],
  };
}

/** Original groups that still exist; a refusal when none does, because an empty list does not mean "none" to RDS. */
function targetGroups(world: World, live: LiveDatabase): readonly string[] | Refusal {
  const managed = new Set(live.managed.map((g) => g.groupId as string));
  const remembered = live.managed.flatMap((g) => originalGroups(g.tags) ?? []);
  const existing = [...new Set<string>(remembered)].filter((id) => world.groups.has(id) && !managed.has(id));
  if (existing.length > 0) return existing;
  const beside = live.attachedIds.filter((id) => !managed.has(id) && !live.gone.includes(id));
  if (beside.length > 0) return beside;
  const names =
    remembered.length > 0 ? `${remembered.join(", ")} no longer exist` : "no managed group remembers any";
  return {
    gate: "notReady",
    what: `The original groups of database "${live.database.id}" cannot be restored: ${names}`,
    why: "A database must carry at least one group",
    fix: `Create a group for it and tag the managed group: aws ec2 create-tags --resources ${live.managed[0]?.groupId ?? ""} --tags Key=moat:original-groups,Value=<group id>`,
  };
}

function observeStep(database: Database): Step {
  return {
    action: "tag",
    database: database.arn,
    tags: { [MODE_TAG]: "observe" },
    why: "From now on nothing is enforced here again until somebody says so",
  };
}

const deleteStep = (group: string): Step => ({
  action: "deleteSecurityGroup",
  group,
  why: "The original groups are back, so the managed one goes",
});
