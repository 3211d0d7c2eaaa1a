import type { DatabasePlan } from "../core/plan/plan.ts";
import { desiredRuleDocument, ruleDocument } from "../core/plan/plan-document.ts";
import type { RunPurpose, RunStart } from "../ports/audit-log.ts";

/** What goes on record before the first write of an enforcement. */
export function enforcementStart(plan: DatabasePlan): RunStart {
  return {
    purpose: "enforce",
    mode: plan.mode,
    ...(plan.port === undefined ? {} : { port: plan.port }),
    managed: plan.managedGroups,
    attached: plan.attachedGroups,
    keptGroups: plan.keptGroups,
    groups: Object.fromEntries(plan.found.map((g) => [g.groupId, g.rules.map(ruleDocument)])),
    rules: plan.rules.map(desiredRuleDocument),
    ...(plan.members.length === 0
      ? {}
      : { members: Object.fromEntries(plan.members.map((m) => [m.groupId, m.cidrs])) }),
  };
}

/** The start of a run that is asked for by a person and follows no policy. */
export const bareStart = (purpose: RunPurpose, mode: string): RunStart => ({
  purpose,
  mode,
  managed: [],
  attached: [],
  keptGroups: [],
  groups: {},
  rules: [],
});
