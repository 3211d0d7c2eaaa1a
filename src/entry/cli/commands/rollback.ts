import { Command } from "commander";
import { type RollbackReport, rollbackDatabase } from "../../../app/rollback-database.ts";
import { stepDocument } from "../../../core/plan/plan-document.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { stepLine } from "../render/outcome-text.ts";
import { problemText } from "../render/problem-text.ts";
import { readSettings, type Settings, type SourceOptions, withSources } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { openAws } from "../wire/aws-source.ts";

interface RollbackOptions extends SourceOptions {
  readonly audit?: string;
}

/** `moat rollback`: the original groups come back, Moat's go, the mode is observe. */
export function rollbackCommand(context: CliContext): Command {
  return withSources(new Command("rollback"))
    .description("restore a database's original groups and stop enforcing it; needs no policy source")
    .argument("<database>", "its id, ARN or endpoint")
    .option("--audit <file>", "append a record of each write before it is made (default: moat-audit.jsonl)")
    .action(async (database: string, options: RollbackOptions) => {
      const settings = await readSettings(options);
      const source = await openAws(settings.aws, settings.region, context.env);
      try {
        const ports = applyPorts(context, source, options.audit, (db, step) =>
          context.progress(stepLine(db, step, context.progressStyle)),
        );
        const report = await rollbackDatabase(ports, await source.inventory.read(), settings.plan, database);
        show(context, settings, report);
      } finally {
        await source.close();
      }
    });
}

const rolledBack = (id: string, steps: number): string =>
  steps === 0
    ? `${id} is not managed by Moat: nothing to roll back.`
    : `✓ ${id} has its original groups again; its mode is observe.`;

function show(context: CliContext, settings: Settings, report: RollbackReport): void {
  if (report.kind === "notFound") throw new CliProblem(report.problem);
  if (report.kind === "refused") {
    for (const refusal of report.plan.refused)
      context.progress(problemText(refusal, "✗", context.progressStyle));
    context.exit(3);
    return;
  }
  const { outcome } = report;
  if (settings.json)
    context.out(
      JSON.stringify(
        { version: 1, kind: "rollback", ...outcome, done: outcome.done.map(stepDocument) },
        null,
        2,
      ),
    );
  else
    context.out(
      outcome.problem === undefined
        ? rolledBack(outcome.id, outcome.done.length)
        : problemText(outcome.problem, "✗", context.style),
    );
  if (outcome.problem !== undefined) context.exit(1);
}
