import type { Diagnostic } from "../diagnostic.ts";
import type { SecurityGroupRule } from "../inventory/model.ts";
import {
  type AddressSet,
  countAddresses,
  EMPTY_SET,
  intersect,
  isSubset,
  subtract,
  union,
} from "../net/address-set.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import { coversTcpPort, type Reach, reachOfRules } from "../rule/reach.ts";
import { type GroupMembers, membersOf, rememberedMembers } from "../rule/reference-members.ts";
import { ruleOrigin } from "../rule/rule-marks.ts";
import type { LiveDatabase } from "./plan-change.ts";
import type { World } from "./world.ts";

/** A group that a standing rule of Moat's names, or that a rule is to name. */
interface OwnReference {
  readonly groupId: string;
  readonly members: AddressSet;
  /** Those of the members that policy had granted, as far as anybody remembers; all of them where nobody does. */
  readonly granted: AddressSet;
  readonly isRemembered: boolean;
}

/** Keys of what stood when the database was last in order; absent where nobody kept watch. */
type Memory = ReadonlySet<string> | undefined;

/** Ids of the groups named by rules that policy granted and that stand in managed groups. */
function standingIds(world: World, live: LiveDatabase): readonly string[] {
  const ids = live.managed.flatMap((group) =>
    group.rules.flatMap((rule) => ownReferenceOf(world, rule) ?? []),
  );
  return [...new Set(ids)].sort();
}

const ownReferenceOf = (world: World, rule: SecurityGroupRule): string | undefined =>
  rule.direction === "ingress" &&
  rule.source.kind === "securityGroup" &&
  ruleOrigin(rule, world.settings.owner) === "granted"
    ? rule.source.groupId
    : undefined;

function reference(world: World, groupId: string, memory: Memory): OwnReference {
  const members = world.peers.groupAddresses.get(groupId) ?? EMPTY_SET;
  const before = rememberedMembers(memory, groupId);
  const granted = before === undefined ? members : intersect(members, before);
  return { groupId, members, granted, isRemembered: before !== undefined };
}

/**
 * Groups whose standing reference admits newcomers that policy does not allow, while everybody whom policy had granted
 * stays allowed by other rules: to take such a reference out takes nothing away that policy gave.
 */
export function widenedGroups(
  world: World,
  live: LiveDatabase,
  after: AddressSet,
  memory: Memory,
): ReadonlySet<string> {
  const widened = standingIds(world, live)
    .map((id) => reference(world, id, memory))
    .filter((r) => r.isRemembered && isSubset(r.granted, after) && !isSubset(r.members, after));
  return new Set(widened.map((r) => r.groupId));
}

/** Who carries the groups that Moat's own rules name, or are to name: what a reader of the record cannot know. */
export function referencedMembers(
  world: World,
  live: LiveDatabase,
  rules: readonly CompiledRule[],
): readonly GroupMembers[] {
  const wanted = rules.flatMap((r) =>
    r.source.kind === "securityGroup" && r.standsFor !== undefined ? [r.source.groupId] : [],
  );
  const ids = [...new Set([...wanted, ...standingIds(world, live)])].sort();
  return ids.map((id) => membersOf(id, world.peers.groupAddresses.get(id) ?? EMPTY_SET));
}

/**
 * What rules admit, where a reference that policy granted counts for those members only whom policy had granted: who
 * joined the group on his own was given nothing.
 */
export function reachAsGranted(
  world: World,
  rules: readonly SecurityGroupRule[],
  port: number,
  memory: Memory,
): Reach {
  const isRemembered = (rule: SecurityGroupRule): boolean =>
    rememberedMembers(memory, ownReferenceOf(world, rule) ?? "") !== undefined;
  const reach = reachOfRules(
    rules.filter((rule) => !isRemembered(rule)),
    port,
    world.peers,
  );
  const granted = rules
    .filter((rule) => isRemembered(rule) && coversTcpPort(rule, port))
    .map((rule) => reference(world, ownReferenceOf(world, rule) ?? "", memory).granted);
  return { ...reach, admitted: union(reach.admitted, ...granted) };
}

/** What a person should know about references: that they stand, and that one which stands has to go. */
export function referenceFindings(
  world: World,
  live: LiveDatabase,
  rules: readonly CompiledRule[],
  allowed: AddressSet,
): readonly Diagnostic[] {
  const { id } = live.database;
  const wanted = rules.flatMap((r) => (r.standsFor === undefined ? [] : [r.source]));
  const wantedIds = wanted.flatMap((s) => (s.kind === "securityGroup" ? [s.groupId] : []));
  const going = standingIds(world, live).filter((groupId) => !wantedIds.includes(groupId));
  return [
    ...wantedIds.map((groupId) => standingFinding(id, groupId, countOf(world, groupId))),
    ...going.map((groupId) => {
      const members = world.peers.groupAddresses.get(groupId) ?? EMPTY_SET;
      return goingFinding(id, groupId, countAddresses(subtract(members, allowed)));
    }),
  ];
}

const countOf = (world: World, groupId: string): bigint =>
  countAddresses(world.peers.groupAddresses.get(groupId) ?? EMPTY_SET);

const standingFinding = (id: string, groupId: string, members: bigint): Diagnostic => ({
  code: "GROUP_REFERENCE",
  what: `One rule of database "${id}" names ${groupId} instead of its ${members} addresses`,
  why: "Today both mean the same; whoever joins the group comes in until the next run, and whoever leaves it is out",
  fix: `Nothing to do; for rules that name addresses only, set "securityGroupReferences: off" in moat.yaml`,
});

const goingFinding = (id: string, groupId: string, beyond: bigint): Diagnostic => ({
  code: beyond > 0n ? "REFERENCE_WIDENED" : "REFERENCE_ENDS",
  what:
    beyond > 0n
      ? `${groupId}, which a rule of database "${id}" names, has ${beyond} ${beyond === 1n ? "address" : "addresses"} that policy does not allow`
      : `The rule of database "${id}" that names ${groupId} goes`,
  why:
    beyond > 0n
      ? "Somebody joined the group, or policy no longer grants all of it; addresses take its place before the rule goes"
      : "It saves no rule any more, its members or the way from them are not known for certain, or references are off",
  fix: beyond > 0n ? "See who joined the group, and take out who does not belong" : "Nothing to do",
});
