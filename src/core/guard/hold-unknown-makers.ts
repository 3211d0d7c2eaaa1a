import type { Diagnostic } from "../diagnostic.ts";
import { digest } from "../digest.ts";
import type { DatabasePlan, Plan, RevokedRule, Step } from "../plan/plan.ts";
import { withoutWithdrawals } from "./without-withdrawals.ts";

/** A rule that a plan would take away although nobody knows yet who made it. */
export interface RuleInDoubt {
  readonly group: string;
  readonly securityGroupRuleId: string;
}

/**
 * Rules in managed groups that neither policy nor Moat's own marks explain, and that a plan would take away, by itself
 * or with its group. RDS may have made them for its own needs; a trail tells.
 */
export const rulesInDoubt = ({ databases }: Plan): readonly RuleInDoubt[] => databases.flatMap(doubtsOf);

function doubtsOf(database: DatabasePlan): readonly RuleInDoubt[] {
  const { steps, drift, managedGroups } = database;
  const revoked = steps.flatMap((step) =>
    step.action === "revoke" ? step.rules.filter(isUnexplained).map((rule) => doubt(step.group, rule)) : [],
  );
  const leaving = managedGroups.filter((id) => goes(database, id));
  const gone = drift.flatMap(({ kind, left, group, securityGroupRuleId }) =>
    kind === "ruleAdded" && !left && leaving.includes(group) ? [doubt(group, { securityGroupRuleId })] : [],
  );
  const all = [...revoked, ...gone].flat();
  return [...new Map(all.map((one) => [one.securityGroupRuleId, one])).values()];
}

const isUnexplained = ({ was, direction }: RevokedRule): boolean =>
  was === "added" && direction === "ingress";

const doubt = (
  group: string,
  { securityGroupRuleId }: { readonly securityGroupRuleId?: string | undefined },
): readonly RuleInDoubt[] => (securityGroupRuleId === undefined ? [] : [{ group, securityGroupRuleId }]);

/** Whether a managed group is taken off the database, or deleted. */
const goes = ({ steps, attachedGroups }: DatabasePlan, id: string): boolean =>
  steps.some(
    (step: Step) =>
      (step.action === "deleteSecurityGroup" && step.group === id) ||
      (step.action === "setDatabaseGroups" &&
        attachedGroups.some((g) => g === id) &&
        !step.groups.includes(id)),
  );

/**
 * Leaves standing what a plan would take away of rules whose maker could not be asked for: unsure is no revocation. All
 * else is done. A person may say that the rules of a database are nobody's, by the token in the finding.
 *
 * @param unasked groups of which no trail could be asked
 */
export function holdUnknownMakers(
  plan: Plan,
  unasked: ReadonlySet<string>,
  acknowledged: ReadonlySet<string>,
): Plan {
  if (unasked.size === 0) return plan;
  return { ...plan, databases: plan.databases.map((d) => heldAt(d, unasked, acknowledged)) };
}

function heldAt(
  database: DatabasePlan,
  unasked: ReadonlySet<string>,
  acknowledged: ReadonlySet<string>,
): DatabasePlan {
  const doubts = doubtsOf(database).filter(({ group }) => unasked.has(group));
  const ids = doubts.map(({ securityGroupRuleId }) => securityGroupRuleId).sort();
  const token = `unknownMaker:${database.id}:${digest(ids.join(" ")).slice(0, 8)}`;
  if (doubts.length === 0 || acknowledged.has(token)) return database;
  const groups = new Set(doubts.map(({ group }) => `${database.arn} group ${group}`));
  const { steps } = withoutWithdrawals(
    database,
    (what) => !groups.has(what) && what.startsWith(`${database.arn} group `),
    (rule) => rule.securityGroupRuleId !== undefined && ids.includes(rule.securityGroupRuleId),
  );
  return { ...database, steps, findings: [...database.findings, finding(database.id, ids, token)] };
}

/** The code of the finding. */
const MAKER_UNKNOWN = "MAKER_UNKNOWN";
/** Whether something stays at a database only because nobody could be asked who made it. */
export const isHeldInDoubt = ({ findings }: Pick<DatabasePlan, "findings">): boolean =>
  findings.some(({ code }) => code === MAKER_UNKNOWN);

const SHOWN = 3;

function finding(id: string, ids: readonly string[], token: string): Diagnostic {
  const one = ids.length === 1;
  const more = ids.length > SHOWN ? `, and ${ids.length - SHOWN} more` : "";
  return {
    code: MAKER_UNKNOWN,
    what: `${ids.length} rule${one ? "" : "s"} that policy does not grant ${one ? "stays" : "stay"} at database "${id}", because CloudTrail could not be asked who made ${one ? "it" : "them"}: ${ids.slice(0, SHOWN).join(", ")}${more}. Is that nobody's, "--acknowledge ${token}" takes ${one ? "it" : "them"} away`,
    why: "RDS adds rules for its own needs to the groups of a database, for a replica or a connected client. To take one away would cut that off; nothing is revoked in doubt",
    fix: "Allow cloudtrail:LookupEvents and run again",
  };
}
