import { Argument, Command } from "commander";
import { setMode } from "../../../app/set-mode.ts";
import type { Mode } from "../../../core/inventory/mode.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { readSettings, type SourceOptions, withSources } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { openAws } from "../wire/aws-source.ts";

interface ModeOptions extends SourceOptions {
  readonly audit?: string;
}

/** `moat mode`: the owner's consent, as a tag on the database. */
export function modeCommand(context: CliContext): Command {
  return withSources(new Command("mode"))
    .description("let Moat enforce a database, or only observe it; writes the tag moat:mode")
    .addArgument(new Argument("<mode>", "observe or enforce").choices(["observe", "enforce"]))
    .argument("<database>", "its id, ARN or endpoint")
    .option("--audit <file>", "append a record of the write before it is made (default: moat-audit.jsonl)")
    .action(async (mode: Mode, database: string, options: ModeOptions) => {
      const settings = await readSettings(options);
      const source = await openAws(settings.aws, settings.region, context.env);
      try {
        const ports = applyPorts(context, source, options.audit);
        const report = await setMode(ports, await source.inventory.read(), database, mode);
        if (report.kind === "notFound") throw new CliProblem(report.problem);
        if (report.outcome.problem !== undefined) throw new CliProblem(report.outcome.problem);
        const { id } = report.outcome;
        if (settings.json)
          context.out(
            JSON.stringify(
              { version: 1, kind: "mode", database: id, before: report.before ?? null, mode },
              null,
              2,
            ),
          );
        else context.out(modeText(id, report.before, mode));
      } finally {
        await source.close();
      }
    });
}

function modeText(id: string, before: string | undefined, mode: Mode): string {
  if (before === mode) return `${id} is in mode ${mode} already.`;
  const next =
    mode === "enforce"
      ? `Run "moat plan" to see what enforcement would change.`
      : `Its groups stay as they are; "moat rollback ${id}" restores the original ones.`;
  return `${id}: mode ${before ?? "not set"} → ${mode}. ${next}`;
}
