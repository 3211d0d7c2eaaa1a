import type { DatabasePlan, RevokedRule, Step } from "../plan/plan.ts";
import { ruleKey } from "../rule/rule-key.ts";

/** The steps of a database that may be carried out, and how many things they no longer take away. */
export interface KeptSteps {
  readonly steps: readonly Step[];
  readonly held: number;
}

/**
 * Leaves out of a database's steps what takes away something that policy had granted, unless it may go. What nobody
 * granted (a rule added or edited by hand, a lease that ended) is not asked about. What is left is safe to carry out:
 * steps are only left out from the end of the list, or are revocations after which nothing is granted any more.
 *
 * @param mayGo asked once for each thing, by a name that is the same in each plan
 * @param isPolicys which rules go because of policy; those that it had granted, by default
 */
export function withoutWithdrawals(
  database: DatabasePlan,
  mayGo: (what: string) => boolean,
  isPolicys: (rule: RevokedRule) => boolean = ({ was }) => was === "granted" || was === "found",
): KeptSteps {
  const steps: Step[] = [];
  let held = 0;
  for (const [i, step] of database.steps.entries()) {
    const kept = keptOf(database, step, mayGo, isPolicys);
    held += kept.held;
    if (kept.step !== undefined) steps.push(kept.step);
    // What comes later may count on the room or the detachment that was held.
    if (kept.held > 0 && database.steps.slice(i + 1).some(countsOnEarlier)) break;
  }
  return { steps, held };
}

interface KeptStep {
  readonly step?: Step;
  readonly held: number;
}

function keptOf(
  database: DatabasePlan,
  step: Step,
  mayGo: (what: string) => boolean,
  isPolicys: (rule: RevokedRule) => boolean,
): KeptStep {
  if (step.action === "revoke") {
    const waits = (rule: RevokedRule): boolean =>
      isPolicys(rule) && !mayGo(`${database.arn} ${step.group} ${ruleKey(rule)}`);
    const rules = step.rules.filter((rule) => !waits(rule));
    const held = step.rules.length - rules.length;
    return rules.length === 0 ? { held } : { step: { ...step, rules }, held };
  }
  if (step.action !== "setDatabaseGroups") return { step, held: 0 };
  const leaving = database.managedGroups.filter(
    (id) => database.attachedGroups.includes(id) && !step.groups.includes(id),
  );
  const waiting = leaving.filter((id) => !mayGo(`${database.arn} group ${id}`));
  return waiting.length === 0 ? { step, held: 0 } : { held: waiting.length };
}

/** Revocations and tags need nothing that came before them; the rest may. */
const countsOnEarlier = ({ action }: Step): boolean => action !== "revoke" && action !== "tag";
