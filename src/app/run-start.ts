import type { SecurityGroupRule } from "../core/inventory/model.ts";
import type { DatabasePlan, EgressPlan } from "../core/plan/plan.ts";
import { desiredRuleDocument, ruleDocument } from "../core/plan/plan-document.ts";
import { ruleOrigin } from "../core/rule/rule-marks.ts";
import type { RunPurpose, RunStart } from "../ports/audit-log.ts";

/** A rule as it stands, and whether policy granted it, as its tags tell. */
const found = (rule: SecurityGroupRule, owner: string) => ({
  ...ruleDocument(rule),
  ...(ruleOrigin(rule, owner) === "granted" ? { granted: true } : {}),
});

/** What goes on record before the first write of an enforcement. */
export function enforcementStart(plan: DatabasePlan): RunStart {
  const { owner, ...decision } = plan.decision;
  return {
    purpose: "enforce",
    mode: plan.mode,
    ...(plan.port === undefined ? {} : { port: plan.port }),
    managed: plan.managedGroups,
    attached: plan.attachedGroups,
    keptGroups: plan.keptGroups,
    groups: Object.fromEntries(plan.found.map((g) => [g.groupId, g.rules.map((r) => found(r, owner))])),
    rules: plan.rules.map(desiredRuleDocument),
    decision,
    ...(plan.egress === undefined ? {} : { egress: recordedEgress(plan.egress) }),
    ...(plan.members.length === 0
      ? {}
      : { members: Object.fromEntries(plan.members.map((m) => [m.groupId, m.cidrs])) }),
  };
}

const recordedEgress = ({ state, rules, kept }: EgressPlan) => ({
  state,
  rules: rules.map(ruleDocument),
  kept: kept.map(ruleDocument),
});

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
