import type { Diagnostic } from "../diagnostic.ts";
import type { Database } from "../inventory/model.ts";
import { MODE_TAG, originalGroups } from "../inventory/ownership.ts";
import { adoptionOf } from "./adoption.ts";
import { isThere } from "./gone-groups.ts";
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
  readonly findings: readonly Diagnostic[];
  readonly basis: string;
}

/**
 * Plans the return of one database to the groups it had before Moat. The mode goes to `observe` first, so that no
 * other run enforces again in between; managed groups are deleted last. A database that Moat does not manage needs no
 * step.
 */
export function planRollback(world: World, database: Database): RollbackPlan {
  const live = liveDatabase(world, database);
  const shared = {
    id: database.id,
    arn: database.arn,
    findings: originalsNotSeen(world, live),
    basis: basisOf(world, live),
  };
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

/** The groups that a database had before Moat, as its managed groups remember them. */
const rememberedOriginals = ({ managed }: LiveDatabase): readonly string[] => {
  const ours = new Set<string>(managed.map((g) => g.groupId));
  return [...new Set<string>(managed.flatMap((g) => originalGroups(g.tags) ?? []))].filter(
    (id) => !ours.has(id),
  );
};

/** A group that cannot be seen may be another account's, no longer shared: it is not given back, and that is said. */
const originalsNotSeen = (world: World, live: LiveDatabase): readonly Diagnostic[] =>
  rememberedOriginals(live)
    .filter((id) => !world.groups.has(id))
    .map((id) => ({
      code: "ORIGINAL_GROUP_NOT_SEEN",
      what: isThere(world, live.database, id)
        ? `Original group ${id} of database "${live.database.id}" cannot be seen; it is given back, as something carries or names it`
        : `Original group ${id} of database "${live.database.id}" cannot be seen, and is not given back`,
      why: "It was deleted, or belongs to another account that does not share it any more; clients that only it lets in come in only with it",
      fix: "If it exists, add it to the database's groups where they are set",
    }));

/** Original groups that are there; a refusal when none is, because an empty list does not mean "none" to RDS. */
function targetGroups(world: World, live: LiveDatabase): readonly string[] | Refusal {
  const managed = new Set(live.managed.map((g) => g.groupId as string));
  const remembered = rememberedOriginals(live);
  const existing = remembered.filter((id) => world.groups.has(id) || isThere(world, live.database, id));
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
