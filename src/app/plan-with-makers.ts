import { type RuleMaker, ruleMakers } from "../core/drift/rule-makers.ts";
import { holdUnknownMakers, rulesInDoubt } from "../core/guard/hold-unknown-makers.ts";
import type { ResourceChange } from "../core/trail/resource-change.ts";
import type { Planned } from "./plan-databases.ts";

/** What a trail tells of some groups. */
export interface TrailAnswer {
  readonly changes: readonly ResourceChange[];
  /** Groups of which it could not be asked. */
  readonly unasked: readonly string[];
}

/** Asks a trail what was done to some groups. Does not throw where it cannot be asked: then all are `unasked`. */
export type AskTrail = (groups: readonly string[]) => Promise<TrailAnswer>;

/** What was learnt about the makers of rules by now, from one plan to the next. */
export interface KnownMakers {
  readonly makers: Map<string, RuleMaker>;
  /** Ids of rules that the trail was asked about, whether it knew them or not. */
  readonly asked: Set<string>;
  readonly unasked: Set<string>;
}

export const noMakersKnown = (): KnownMakers => ({ makers: new Map(), asked: new Set(), unasked: new Set() });

/**
 * A plan that takes away nothing that RDS may have made for itself. Where it would take away a rule that nobody
 * explains, the trail is asked about its group, once a rule: what RDS made is left, and remembered by the group from
 * then on. Where the trail cannot be asked, the rule stays, with a finding.
 *
 * @param again plans over the same inventory and policy, knowing who made which rule
 */
export async function planWithMakers(
  planned: Planned,
  again: (makers: ReadonlyMap<string, RuleMaker>) => Promise<Planned>,
  ask: AskTrail,
  known: KnownMakers,
  acknowledged: ReadonlySet<string>,
): Promise<Planned> {
  const first = known.makers.size === 0 ? planned : await again(known.makers);
  const learnt = await learn(first, ask, known);
  const plan = learnt ? await again(known.makers) : first;
  return { ...plan, plan: holdUnknownMakers(plan.plan, known.unasked, acknowledged) };
}

/** @returns whether it is now known of a rule in doubt that RDS made it */
async function learn({ plan }: Planned, ask: AskTrail, known: KnownMakers): Promise<boolean> {
  const doubts = rulesInDoubt(plan).filter(({ securityGroupRuleId: id }) => !known.asked.has(id));
  if (doubts.length === 0) return false;
  const groups = [...new Set(doubts.map(({ group }) => group))];
  const { changes, unasked } = await ask(groups);
  for (const group of groups) known.unasked.delete(group);
  for (const group of unasked) known.unasked.add(group);
  for (const { group, securityGroupRuleId } of doubts)
    if (!known.unasked.has(group)) known.asked.add(securityGroupRuleId);
  const told = ruleMakers(changes);
  const byRds = doubts.filter(({ securityGroupRuleId: id }) => (told.get(id) ?? "other") !== "other");
  for (const { securityGroupRuleId: id } of byRds) known.makers.set(id, told.get(id) ?? "other");
  return byRds.length > 0;
}
