import type { ReconcileReport } from "../../app/reconcile.ts";
import { isHeldInDoubt } from "../../core/guard/hold-unknown-makers.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { planDocument, stepDocument } from "../../core/plan/plan-document.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { outcomesText } from "./render/outcome-text.ts";
import type { NameOf } from "./render/plan-text.ts";
import type { Settings } from "./settings.ts";

/** Prints what was done, and sets the exit code. */
export function showReport(
  context: CliContext,
  settings: Settings,
  report: ReconcileReport,
  nameOf: NameOf,
): void {
  if (settings.json) {
    const outcomes = report.outcomes.map((o) => ({ ...o, done: o.done.map(stepDocument) }));
    context.out(
      JSON.stringify(
        {
          version: 1,
          kind: "apply",
          writeCalls: report.writeCalls,
          rounds: report.rounds,
          outcomes,
          ...(report.halted === undefined ? {} : { halted: report.halted }),
          plan: planDocument(report.plan),
        },
        null,
        2,
      ),
    );
  } else context.out(outcomesText(report, { style: context.style, nameOf, verbose: settings.verbose }));
  context.exit(reportExit(report));
}

function reportExit(report: ReconcileReport): ExitCode {
  if (report.outcomes.some((o) => o.status === "failed" || o.status === "moved")) return 1;
  if (report.halted !== undefined) return 3;
  const heldBack = report.plan.databases.some((d) => d.refused.length > 0 || isHeldInDoubt(d));
  return heldBack ? 3 : pending(report.plan);
}

const pending = (plan: Plan): ExitCode => (plan.databases.some((d) => d.steps.length > 0) ? 1 : 0);
