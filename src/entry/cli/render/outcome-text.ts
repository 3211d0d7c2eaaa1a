import type { DatabaseOutcome } from "../../../app/apply-outcome.ts";
import type { ReconcileReport } from "../../../app/reconcile.ts";
import { assertNever } from "../../../core/assert-never.ts";
import { isHeldInDoubt } from "../../../core/guard/hold-unknown-makers.ts";
import type { Step } from "../../../core/plan/plan.ts";
import { type PlanTextOptions, planText } from "./plan-text.ts";
import { problemText } from "./problem-text.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";

/** One step, as it starts. */
export function stepLine(database: string, step: Step, style: Style): string {
  return `${style.dim(`${database}:`)} ${stepWords(step)}`;
}

function stepWords(step: Step): string {
  switch (step.action) {
    case "createSecurityGroup":
      return `create security group ${step.name}`;
    case "authorize":
      return `authorize ${counted(step.rules.length, "rule")} in ${step.group}`;
    case "revoke":
      return `revoke ${counted(step.rules.length, "rule")} in ${step.group}`;
    case "setDatabaseGroups":
      return `set the groups to ${step.groups.join(", ")}`;
    case "waitUntilActive":
      return "wait until every member and interface shows them";
    case "tag":
      return `tag ${step.group ?? step.database}`;
    case "deleteSecurityGroup":
      return `delete security group ${step.group}`;
    default:
      return assertNever(step);
  }
}

/** What an apply did, then what is still pending or refused. */
export function outcomesText(report: ReconcileReport, options: PlanTextOptions): string {
  const { style } = options;
  const lines = report.outcomes.map((o) => outcomeText(o, style));
  const open = report.plan.databases.filter(
    (d) => d.refused.length > 0 || d.steps.length > 0 || isHeldInDoubt(d),
  );
  const rest =
    open.length === 0 ? [] : [planText({ ...report.plan, databases: open, findings: [] }, options)];
  const summary =
    report.outcomes.length === 0
      ? "Nothing to change."
      : `${counted(report.outcomes.length, "database")}, ${counted(report.writeCalls, "write call")}.`;
  const halted =
    report.halted === undefined
      ? []
      : [problemText(report.halted, style.red("✗ The waves are stopped:"), style)];
  return [...lines, ...rest, ...halted, style.bold(summary)].join("\n\n");
}

function outcomeText(outcome: DatabaseOutcome, style: Style): string {
  const findings = outcome.findings.map((f) => problemText(f, "  !", style));
  const head =
    outcome.problem === undefined
      ? style.green(`✓ ${outcome.id}: ${counted(outcome.done.length, "step")} done`)
      : problemText(outcome.problem, style.red(`✗ ${outcome.id}:`), style);
  return [head, ...findings].join("\n");
}
