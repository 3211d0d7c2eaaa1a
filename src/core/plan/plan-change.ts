import type { Database, SecurityGroup, Tags } from "../inventory/model.ts";
import {
  DATABASE_TAG,
  ORIGINAL_GROUPS_TAG,
  OWNER_TAG,
  originalGroups,
  originalGroupsTags,
} from "../inventory/ownership.ts";
import type { AddressSet } from "../net/address-set.ts";
import type { Destination } from "../net/destinations.ts";
import { type CompiledRule, ruleContent } from "../rule/compile-rules.ts";
import { isEgressMark } from "../rule/outbound-rules.ts";
import { placeRules, type Slot } from "../rule/place-rules.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { carriedGroups } from "./gone-groups.ts";
import {
  egressChange,
  egressMarkStep,
  egressSteps,
  type GroupChange,
  type GroupSteps,
  groupSteps,
  managedEgressSteps,
  newGroupSteps,
} from "./group-steps.ts";
import { membershipSteps } from "./membership-steps.ts";
import type { EgressState, Step } from "./plan.ts";
import type { World } from "./world.ts";

/** The database as it is now, seen by the planner. */
export interface LiveDatabase {
  readonly database: Database;
  readonly attachedIds: readonly string[];
  /** RDS's own list, where the database's interfaces carry something else for good. */
  readonly listedIds?: readonly string[];
  /** Attached groups that the inventory holds. */
  readonly attached: readonly SecurityGroup[];
  /** Attached ids that the inventory does not hold: what they admit cannot be known. */
  readonly unread: readonly string[];
  /** Attached ids of groups that no longer exist, see {@link carriedGroups}. */
  readonly gone: readonly string[];
  /** Our groups for this database in its VPC, attached ones first. */
  readonly managed: readonly SecurityGroup[];
  readonly inTransition: boolean;
}

/** Reads the planner's view of one database out of the world. */
export function liveDatabase(world: World, database: Database): LiveDatabase {
  const { attached: attachedIds, gone, listed } = carriedGroups(world, database);
  const isAttached = (g: SecurityGroup): number => (attachedIds.includes(g.groupId) ? 0 : 1);
  const managed = (world.managed.get(database.arn) ?? [])
    .filter((g) => database.vpcId === undefined || g.vpcId === database.vpcId)
    .sort((a, b) => isAttached(a) - isAttached(b) || (a.groupId < b.groupId ? -1 : 1));
  const memberships = [...database.memberships, ...database.members.flatMap((m) => m.memberships)];
  return {
    database,
    attachedIds,
    ...(listed === undefined ? {} : { listedIds: listed }),
    attached: attachedIds.flatMap((id) => world.groups.get(id) ?? []),
    unread: attachedIds.filter((id) => !world.groups.has(id) && !gone.includes(id)),
    gone,
    managed,
    inTransition: memberships.some((m) => m.status !== "active"),
  };
}

/** Everything that would change, before any gate has spoken. */
export interface Change {
  readonly steps: readonly Step[];
  readonly targetGroups: readonly string[];
  readonly slots: readonly Slot<CompiledRule>[];
}

/** What AWS itself made and Moat leaves alone. */
export interface Kept {
  /** Attached groups that are not Moat's and stay where they are. */
  readonly keptGroups: readonly SecurityGroup[];
  /** Rules of managed groups, by id. */
  readonly keptRules: ReadonlySet<string>;
  /** Groups that a rule of ours names and that others have joined, so that the rule may go at once. */
  readonly widened?: ReadonlySet<string>;
}

/** What policy says of the egress. */
export interface GovernedEgress {
  readonly state: EgressState;
  /** Every egress rule that should stand in some managed group. */
  readonly desired: readonly CompiledRule[];
  /** What is open once they do. */
  readonly after: readonly Destination[];
}

/** The ordered steps that bring one database behind exactly the given rules. */
export function planChange(
  world: World,
  live: LiveDatabase,
  rules: readonly CompiledRule[],
  after: AddressSet,
  port: number,
  kept: Kept,
  egress?: GovernedEgress,
): Change {
  const limit = world.inventory.quotas.rulesPerSecurityGroup;
  const governed = egress === undefined || egress.state === "waits" ? undefined : egress;
  const existing = live.managed.map((g) => ({
    group: g.groupId as string,
    keys: new Set(g.rules.map(ruleKey)),
  }));
  const room = world.inventory.quotas.securityGroupsPerInterface - kept.keptGroups.length;
  const all = governed === undefined ? rules : [...rules, ...governed.desired];
  const placed = placeRules(all, existing, limit, world.peers.prefixLists, world.nextNewGroup, room);
  const spread =
    placed.length > 0
      ? dropEmpty(placed)
      : [{ group: world.nextNewGroup(), live: new Set<string>(), placed: [], copies: [] }];
  const { slots, marked } =
    governed?.state === "narrows" ? withoutMark(spread) : { slots: spread, marked: undefined };
  const wanted = {
    after,
    port,
    kept: kept.keptRules,
    widened: kept.widened,
    exact: egress !== undefined,
    egress:
      governed === undefined ? undefined : { after: governed.after, settled: governed.state === "managed" },
  };
  const filled = slots.map((slot) => slotSteps(world, live, slot, wanted));
  const work = [...filled, ...stayingSteps(world, live, filled, wanted)];
  const keptIds = kept.keptGroups.map((g) => g.groupId as string);
  const target = [...work.map((w) => w.group), ...keptIds];
  const surplus = live.managed.map((g) => g.groupId as string).filter((id) => !target.includes(id));
  const membership = membershipSteps({
    attached: live.attachedIds,
    gone: live.gone,
    target,
    inTransition: live.inTransition,
    limit: world.inventory.quotas.securityGroupsPerInterface,
  });
  const remember = membership.length > 0 ? rememberSteps(world, live) : [];
  const grant = work.flatMap((w) => w.grant);
  const revoke = work.flatMap((w) => w.revoke);
  // A rule that moves to a group which is not attached yet may leave its old group only once that one is: so may one
  // that moved to a group which an earlier run attached and AWS is still adding.
  const joins = live.inTransition || target.some((ref) => !live.attachedIds.includes(ref));
  const middle = joins ? [...remember, ...membership, ...revoke] : [...revoke, ...remember, ...membership];
  const mark = marked === undefined ? [] : [egressMarkStep(marked(work), world.settings.owner)];
  const steps = [...grant, ...middle, ...surplus.map(deleteStep), ...mark];
  return { steps, targetGroups: target, slots };
}

/** The mark has a place of its own, but is made only when all else is done. */
function withoutMark(slots: readonly Slot<CompiledRule>[]): {
  readonly slots: readonly Slot<CompiledRule>[];
  /** Where it goes; the group of its slot may have been replaced by another. */
  readonly marked: (work: readonly { readonly group: string }[]) => string;
} {
  const at = slots.findIndex((slot) => slot.placed.some(isEgressMark));
  return {
    slots: slots.map((slot) => ({ ...slot, placed: slot.placed.filter((rule) => !isEgressMark(rule)) })),
    marked: (work) => work[at]?.group ?? "",
  };
}

/** Keeps the groups that hold rules; one is kept even when policy allows nobody. */
function dropEmpty(slots: readonly Slot<CompiledRule>[]): readonly Slot<CompiledRule>[] {
  const used = slots.filter((s) => s.placed.length > 0);
  return used.length > 0 ? used : slots.slice(0, 1);
}

/** What is left of attached groups that policy needs no more, or that others replace: rules that stay keep them. */
function stayingSteps(
  world: World,
  live: LiveDatabase,
  work: readonly { readonly group: string }[],
  wanted: Wanted,
): readonly (GroupSteps & { readonly group: string })[] {
  const staying = live.managed.filter(
    ({ groupId, rules }) =>
      live.attachedIds.includes(groupId) &&
      !work.some(({ group }) => group === groupId) &&
      rules.some(({ securityGroupRuleId: id }) => id !== undefined && wanted.kept?.has(id) === true),
  );
  return staying.map(({ groupId }) =>
    slotSteps(world, live, { group: groupId, live: new Set(), placed: [], copies: [] }, wanted),
  );
}

function slotSteps(
  world: World,
  live: LiveDatabase,
  slot: Slot<CompiledRule>,
  wanted: Wanted,
): GroupSteps & { readonly group: string } {
  const group = live.managed.find((g) => g.groupId === slot.group);
  const create = (ref: string) => createSteps(world, live, ref, slot.placed, wanted.egress !== undefined);
  if (group === undefined) return { group: slot.group, grant: create(slot.group), revoke: [] };
  const attached = live.attachedIds.includes(group.groupId);
  const steps = groupSteps(
    {
      group,
      attached,
      desired: [...slot.placed, ...slot.copies],
      ...wanted,
      limit: world.inventory.quotas.rulesPerSecurityGroup,
      owner: world.settings.owner,
    },
    world.peers,
  );
  if (steps !== undefined) {
    const egress =
      attached || wanted.egress !== undefined ? [] : joiningEgress(world, live, group, wanted.exact);
    return { group: group.groupId, grant: [...steps.grant, ...egress], revoke: steps.revoke };
  }
  const replacement = world.nextNewGroup();
  return { group: replacement, grant: create(replacement), revoke: [] };
}

/** What all groups of a database have in common. */
type Wanted = Pick<GroupChange, "after" | "port" | "kept" | "widened" | "egress"> & {
  /** Policy will say what the database may open, so that its groups need room for that. */
  readonly exact: boolean;
};

function joiningEgress(
  world: World,
  live: LiveDatabase,
  group: SecurityGroup,
  exact: boolean,
): readonly Step[] {
  const egress = egressChange(live.attached, world.ipv6Vpcs.has(group.vpcId), group, exact);
  return egressSteps(group.groupId, egress, world.settings.owner);
}

function createSteps(
  world: World,
  live: LiveDatabase,
  ref: string,
  rules: readonly CompiledRule[],
  governsEgress: boolean,
): readonly Step[] {
  const vpcId = live.database.vpcId ?? live.attached[0]?.vpcId ?? "";
  const ipv6 = world.ipv6Vpcs.has(vpcId);
  const { owner } = world.settings;
  const [ingress, egress] = (["ingress", "egress"] as const).map((direction) =>
    rules.filter((rule) => rule.direction === direction).map(ruleContent),
  );
  const steps = newGroupSteps({
    ref,
    name: world.takeGroupName(vpcId, live.database.id),
    database: live.database,
    owner,
    vpcId,
    rules: ingress ?? [],
    originalGroups: rememberedGroups(world, live),
    egress: governsEgress ? { authorize: [], revoke: [] } : egressChange(live.attached, ipv6),
  });
  return governsEgress ? [...steps, ...managedEgressSteps(ref, egress ?? [], ipv6, owner)] : steps;
}

/** The groups the database had before Moat: as remembered by a managed group, else those attached that are not ours. */
function rememberedGroups(world: World, live: LiveDatabase): Tags {
  const remembering = live.managed.find((g) => originalGroups(g.tags) !== undefined);
  const ours = new Set((world.managed.get(live.database.arn) ?? []).map((g) => g.groupId as string));
  const groups = remembering === undefined ? undefined : originalGroups(remembering.tags);
  return originalGroupsTags(groups ?? beforeMoat(world, live, ours));
}

/**
 * The attached groups that are not ours. One that was ours, until somebody took one of its two marks, still knows what
 * it replaced: that is what the way back must lead to, not to a group that nobody keeps any more.
 */
function beforeMoat(world: World, live: LiveDatabase, ours: ReadonlySet<string>): readonly string[] {
  const known = live.attachedIds
    .filter((id) => !ours.has(id) && !live.gone.includes(id))
    .flatMap((id) => {
      const tags = world.groups.get(id)?.tags ?? {};
      const halfMarked = tags[OWNER_TAG] === world.settings.owner || tags[DATABASE_TAG] === live.database.arn;
      const replaced: readonly string[] = (halfMarked ? originalGroups(tags) : undefined) ?? [];
      return replaced.length > 0 ? replaced : [id];
    });
  return [...new Set(known)].filter((id) => !ours.has(id));
}

/** Managed groups that lost the tag get it back before anything is detached. */
function rememberSteps(world: World, live: LiveDatabase): readonly Step[] {
  const tags = rememberedGroups(world, live);
  return live.managed
    .filter((g) => g.tags[ORIGINAL_GROUPS_TAG] === undefined)
    .map((g) => ({
      action: "tag",
      group: g.groupId,
      tags,
      why: "The groups it replaces are written down before the first is detached",
    }));
}

const deleteStep = (group: string): Step => ({
  action: "deleteSecurityGroup",
  group,
  why: "It holds no rule any more and is attached to nothing",
});
