import { type RollbackReport, rollbackDatabase } from "../../../app/rollback-database.ts";
import { stepDocument } from "../../../core/plan/plan-document.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { stepLine } from "../render/outcome-text.ts";
import { problemText } from "../render/problem-text.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { openAws } from "../wire/aws-source.ts";

export interface RollbackOptions extends SourceOptions {
  readonly audit?: string;
}

/** Restores the original groups of a database. */
export async function runRollback(
  context: CliContext,
  database: string,
  options: RollbackOptions,
): Promise<void> {
  const settings = await readSettings(options);
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  try {
    const ports = applyPorts(context, source, options.audit, (db, step) =>
      context.progress(stepLine(db, step, context.progressStyle)),
    );
    const report = await rollbackDatabase(ports, await source.inventory.read(), settings.plan, database);
    show(context, settings, report);
  } finally {
    await source.close();
  }
}

function show(context: CliContext, settings: Settings, report: RollbackReport): void {
  if (report.kind === "notFound") throw new CliProblem(report.problem);
  if (settings.json) context.out(JSON.stringify(rollbackDocument(report), null, 2));
  if (report.kind === "refused") {
    for (const refusal of report.plan.refused)
      context.progress(problemText(refusal, "✗", context.progressStyle));
    context.exit(3);
    return;
  }
  const { id, problem, done, findings } = report.outcome;
  for (const finding of findings) context.progress(problemText(finding, "!", context.progressStyle));
  if (problem !== undefined) {
    context.progress(problemText(problem, "✗", context.progressStyle));
    context.exit(1);
  } else if (!settings.json) context.out(rolledBack(id, done.length));
}

const rolledBack = (id: string, steps: number): string =>
  steps === 0
    ? `${id} is not managed by Moat: nothing to roll back.`
    : `✓ ${id} has its original groups again; its mode is observe.`;

function rollbackDocument(report: Exclude<RollbackReport, { kind: "notFound" }>): object {
  if (report.kind === "done")
    return {
      version: 1,
      kind: "rollback",
      ...report.outcome,
      done: report.outcome.done.map(stepDocument),
      refused: [],
    };
  const { id, arn, refused } = report.plan;
  return { version: 1, kind: "rollback", id, arn, status: "refused", done: [], refused };
}
