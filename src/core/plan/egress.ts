import type { RuleContent, SecurityGroupRule } from "../inventory/model.ts";
import { type Destination, opensNoMore } from "../net/destinations.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import {
  EGRESS_MARK_RULE,
  isEgressMark,
  isEgressSettled,
  type OutboundReach,
  outboundReach,
  outboundRules,
} from "../rule/outbound-rules.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { ruleOrigin } from "../rule/rule-marks.ts";
import { totalWeight } from "../rule/rule-weight.ts";
import { type EgressKnowledge, egressHolds } from "./egress-holds.ts";
import { lostDestinations } from "./egress-losses.ts";
import type { Exceptions } from "./exceptions.ts";
import type { EgressPlan, Refusal } from "./plan.ts";
import type { LiveDatabase } from "./plan-change.ts";
import { managesEgress, type World } from "./world.ts";

/** What is to be done about the egress of one database. */
export interface Egress extends EgressPlan {
  /** Every egress rule that should stand in some managed group, the mark among them where it should. */
  readonly desired: readonly CompiledRule[];
  /** What is open once it does. */
  readonly after: readonly Destination[];
  readonly overruled: readonly Refusal[];
}

/**
 * Decides about the egress of a database. Nothing is closed while its first swap is not over, nor for as long as
 * anything speaks against it; what policy allows is opened meanwhile.
 *
 * @returns `undefined` where egress is left as it is
 */
export function egressOf(
  world: World,
  live: LiveDatabase,
  exceptions: Exceptions,
  knowledge: EgressKnowledge,
): Egress | undefined {
  if (!managesEgress(world.settings, live.database.id) || exceptions.adopted !== undefined) return undefined;
  const rules = outboundRules(knowledge.outbound);
  const beside = besideReach(world, live, exceptions);
  const after = [...outboundReach(rules, world.peers).open, ...beside];
  if (isEgressSettled(live.managed) || isSwapped(live, exceptions))
    return decided(world, live, exceptions, knowledge, { rules, beside, after });
  return carriesOurs(live) ? joining(world, live, exceptions, rules, after) : waiting(rules, after);
}

/** Whether what policy does not allow may be closed, once the database carries Moat's groups only. */
function decided(
  world: World,
  live: LiveDatabase,
  exceptions: Exceptions,
  knowledge: EgressKnowledge,
  { rules, beside, after }: Said,
): Egress {
  const settled = isEgressSettled(live.managed);
  const standing = standingRules(world, live, exceptions, settled);
  const stood = outboundReach(standing, world.peers);
  const losesAccess = lostDestinations(knowledge.destinations ?? [], stood, after, knowledge.labelsOf);
  const fits = hasRoom(world, exceptions, [...rules, EGRESS_MARK_RULE]);
  const surplus = surplusOf(standing, rules);
  const context = { ...knowledge, settled, fits, rules, stood, wanted: after, losesAccess, surplus };
  const holds = { ...egressHolds(world, live, context), losesAccess };
  const marked = [...rules, EGRESS_MARK_RULE];
  const state = settled ? "managed" : "narrows";
  if (holds.held.length === 0) return { ...holds, state, rules: marked, kept: [], desired: marked, after };
  const opened = fits ? newlyOpened(world, exceptions, standing, stood, rules) : [];
  const desired = [...opened, ...standing.map(asDesired), ...(settled ? [EGRESS_MARK_RULE] : [])];
  return {
    ...holds,
    state: settled ? "managed" : "held",
    rules: settled ? marked : rules,
    kept: surplus,
    desired,
    after: [...outboundReach(desired, world.peers).open, ...beside],
  };
}

/** What policy says, what stays beside it, and what both let out. */
interface Said {
  readonly rules: readonly CompiledRule[];
  readonly beside: readonly Destination[];
  readonly after: readonly Destination[];
}

const waiting = (rules: readonly CompiledRule[], after: readonly Destination[]): Egress => ({
  state: "waits",
  rules,
  kept: [],
  held: [],
  losesAccess: [],
  desired: [],
  after,
  overruled: [],
});

const carriesOurs = ({ managed, attachedIds }: LiveDatabase): boolean =>
  managed.some((g) => attachedIds.includes(g.groupId));

/**
 * Groups of others are on their way out. What they let out goes into Moat's groups, as far as there is room, for nothing
 * is closed yet; and so does what policy allows.
 */
function joining(
  world: World,
  live: LiveDatabase,
  exceptions: Exceptions,
  rules: readonly CompiledRule[],
  after: readonly Destination[],
): Egress {
  const kept = new Set(exceptions.keptGroups.map((g) => g.groupId));
  const ours = standingRules(world, live, exceptions, false);
  const leaving = live.attached.filter((g) => !kept.has(g.groupId)).flatMap((g) => g.rules);
  const all = unique([...ours, ...leaving.filter((r) => r.direction === "egress" && !isEgressMark(r))]);
  const withPolicy = (standing: readonly SecurityGroupRule[]) => [
    ...newlyOpened(world, exceptions, standing, outboundReach(standing, world.peers), rules),
    ...standing.map(asDesired),
  ];
  const fitting = [withPolicy(all), withPolicy(ours)].find((some) => hasRoom(world, exceptions, some));
  const desired = fitting ?? ours.map(asDesired);
  const wanted = new Set(rules.map(ruleKey));
  return {
    ...waiting(rules, [...outboundReach(desired, world.peers).open, ...after]),
    state: "held",
    kept: desired.filter((rule) => !wanted.has(ruleKey(rule))).map(contentOf),
    desired,
  };
}

/** The database carries groups of Moat's and those that stay anyway, and nothing else. */
function isSwapped(live: LiveDatabase, { keptGroups }: Exceptions): boolean {
  const managed = new Set(live.managed.map((g) => g.groupId));
  const kept = new Set(keptGroups.map((g) => g.groupId));
  return (
    !live.inTransition &&
    live.gone.length + live.unread.length === 0 &&
    live.attached.some((g) => managed.has(g.groupId)) &&
    live.attached.every((g) => managed.has(g.groupId) || kept.has(g.groupId))
  );
}

/** Egress rules of managed groups that are in force, without those that stay anyway, and, once settled, without edits by hand. */
function standingRules(
  world: World,
  live: LiveDatabase,
  { keptRules }: Exceptions,
  settled: boolean,
): readonly SecurityGroupRule[] {
  const carried = live.managed.filter((g) => live.attachedIds.includes(g.groupId));
  return unique(
    carried
      .flatMap((g) => g.rules)
      .filter(
        (rule) =>
          rule.direction === "egress" &&
          !isEgressMark(rule) &&
          !keptRules.has(rule.securityGroupRuleId ?? "") &&
          (!settled || ruleOrigin(rule, world.settings.owner) === "granted"),
      ),
  );
}

const unique = (rules: readonly SecurityGroupRule[]): readonly SecurityGroupRule[] => [
  ...new Map(rules.map((rule) => [ruleKey(rule), rule])).values(),
];

function surplusOf(
  standing: readonly SecurityGroupRule[],
  rules: readonly CompiledRule[],
): readonly RuleContent[] {
  const wanted = new Set(rules.map(ruleKey));
  return standing.filter((rule) => !wanted.has(ruleKey(rule))).map(contentOf);
}

/** Rules of policy that open something which nothing opens yet, as far as there is room beside what stays. */
function newlyOpened(
  world: World,
  exceptions: Exceptions,
  standing: readonly SecurityGroupRule[],
  stood: OutboundReach,
  rules: readonly CompiledRule[],
): readonly CompiledRule[] {
  const keys = new Set(standing.map(ruleKey));
  const missing = rules.filter(
    (rule) => !keys.has(ruleKey(rule)) && !opensNoMore(outboundReach([rule], world.peers).open, stood.open),
  );
  return hasRoom(world, exceptions, [...missing, ...standing, EGRESS_MARK_RULE]) ? missing : [];
}

/** Whether the rules fit into the groups that an interface carries. A prefix list needs all its room in one group. */
function hasRoom(world: World, { keptGroups }: Exceptions, rules: readonly RuleContent[]): boolean {
  const { rulesPerSecurityGroup, securityGroupsPerInterface } = world.inventory.quotas;
  const room = rulesPerSecurityGroup * Math.max(1, securityGroupsPerInterface - keptGroups.length);
  const weight = totalWeight(rules, world.peers.prefixLists);
  return weight.v4 <= room && weight.v6 <= room;
}

/** What groups that stay beside Moat's, and rules that RDS made, let out. */
function besideReach(
  world: World,
  live: LiveDatabase,
  { keptGroups, keptRules }: Exceptions,
): readonly Destination[] {
  const left = live.managed.flatMap((g) => g.rules.filter((r) => keptRules.has(r.securityGroupRuleId ?? "")));
  return outboundReach([...keptGroups.flatMap((g) => g.rules), ...left], world.peers).open;
}

const asDesired = (rule: SecurityGroupRule): CompiledRule => ({ ...contentOf(rule), because: [] });

const contentOf = ({ direction, protocol, fromPort, toPort, source }: RuleContent): RuleContent => ({
  direction,
  protocol,
  ...(fromPort === undefined ? {} : { fromPort }),
  ...(toPort === undefined ? {} : { toPort }),
  source,
});
