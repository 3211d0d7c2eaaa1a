import type { SecurityGroup } from "../inventory/model.ts";
import { ADOPT_TAG } from "../inventory/ownership.ts";
import type { AddressSet } from "../net/address-set.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import { groupSteps } from "./group-steps.ts";
import type { Refusal } from "./plan.ts";
import type { Change, Kept, LiveDatabase } from "./plan-change.ts";
import type { World } from "./world.ts";

/** A group that somebody else made and attaches, and whose ingress is Moat's by its owner's consent. */
export type Adoption =
  | { readonly kind: "adopted"; readonly group: SecurityGroup }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * The adopted group of a database: the one that `moat.yaml` names, or that carries the tag `moat:adopt`. In either case
 * its owner must have put both marks of ownership on it: without them nothing is ever written to a group.
 *
 * @returns `undefined` when Moat keeps groups of its own for the database
 */
export function adoptionOf(world: World, live: LiveDatabase): Adoption | undefined {
  const { id } = live.database;
  const named = world.settings.adopt?.[id];
  const tagged = live.managed.filter((g) => g.tags[ADOPT_TAG] !== undefined);
  if (named === undefined && tagged.length === 0) return undefined;
  const [group, second] = named === undefined ? tagged : live.managed.filter((g) => g.groupId === named);
  if (group === undefined) return refused(unmarked(id, named ?? "", world.settings.owner, live));
  if (second !== undefined) return refused(several(id, tagged));
  if (!live.attachedIds.includes(group.groupId)) return refused(notAttached(id, group.groupId));
  const other = otherCarrier(world, live, group);
  return other === undefined ? { kind: "adopted", group } : refused(shared(id, group.groupId, other));
}

const refused = (refusal: Refusal): Adoption => ({ kind: "refused", refusal });

const unmarked = (id: string, group: string, owner: string, live: LiveDatabase): Refusal => ({
  gate: "notReady",
  what: `Group ${group}, which database "${id}" is to adopt, does not carry the marks of ownership in the database's VPC`,
  why: "Nothing is written to a group unless its owner marked it",
  fix: `Add the tags moat:owner = "${owner}" and moat:database = "${live.database.arn}" where the group is made`,
});

const several = (id: string, groups: readonly SecurityGroup[]): Refusal => ({
  gate: "notReady",
  what: `Database "${id}" has several groups with the tag ${ADOPT_TAG}: ${groups.map((g) => g.groupId).join(", ")}`,
  why: "Rules are kept in one adopted group",
  fix: "Leave the tag on one of them",
});

const notAttached = (id: string, group: string): Refusal => ({
  gate: "notReady",
  what: `Group ${group}, which database "${id}" adopts, is not attached to it`,
  why: "Whoever made an adopted group attaches it; Moat never does",
  fix: "Add it to the database's vpc_security_group_ids where the database is made",
});

const shared = (id: string, group: string, other: string): Refusal => ({
  gate: "sharedGroup",
  what: `Group ${group}, which database "${id}" adopts, is on ${other}, too`,
  why: "What policy says of one would hold for the other",
  fix: "Give the database a group of its own",
});

/** Who else carries the group: another database, or an interface that is not RDS's. */
function otherCarrier(world: World, live: LiveDatabase, group: SecurityGroup): string | undefined {
  const database = (world.carriers.get(group.groupId) ?? []).find((d) => d.arn !== live.database.arn);
  if (database !== undefined) return `database "${database.id}"`;
  return world.inventory.networkInterfaces.find(
    (i) => i.groupIds.includes(group.groupId) && !isOfDatabase(i.description),
  )?.networkInterfaceId;
}

// RDS names no database on its interfaces, but it always describes them so; a proxy's are described otherwise.
const isOfDatabase = (description: string): boolean =>
  description === "RDSNetworkInterface" || description.startsWith("Network interface for DBProxy ");

/**
 * The steps that make an adopted group say what it should. Nothing is attached, detached, made or deleted.
 *
 * @returns `undefined` when the group is so full that no safe order exists
 */
export function planAdopted(
  world: World,
  live: LiveDatabase,
  group: SecurityGroup,
  wanted: {
    readonly rules: readonly CompiledRule[];
    readonly after: AddressSet;
    readonly port: number;
  } & Kept,
): Change | undefined {
  const steps = groupSteps(
    {
      group,
      attached: true,
      desired: wanted.rules,
      after: wanted.after,
      port: wanted.port,
      limit: world.inventory.quotas.rulesPerSecurityGroup,
      owner: world.settings.owner,
      kept: wanted.keptRules,
      widened: wanted.widened,
    },
    world.peers,
  );
  if (steps === undefined) return undefined;
  return {
    steps: [...steps.grant, ...steps.revoke],
    targetGroups: live.attachedIds,
    slots: [{ group: group.groupId, live: new Set(), placed: wanted.rules, copies: [] }],
  };
}

/** Why a full adopted group cannot be changed. */
export const adoptedIsFull = (id: string, group: string): Refusal => ({
  gate: "quota",
  what: `Adopted group ${group} of database "${id}" is full, and no rule can go before another comes without cutting a client`,
  why: "A group of Moat's own would be replaced by another; an adopted one stays",
  fix: "Raise quota L-0EA8095F (rules per group), or take away rules that nobody needs",
});

/** How infrastructure code leaves an adopted group's rules alone, in one line each. */
export const IGNORE_CHANGES =
  'in "aws_security_group": lifecycle { ignore_changes = [ingress, tags["moat:repairs"], tags_all["moat:repairs"], tags["moat:left-rules"], tags_all["moat:left-rules"]] }; rules that stand alone ("aws_vpc_security_group_ingress_rule", "aws_security_group_rule") go from the configuration, with: removed { from = … lifecycle { destroy = false } }';
