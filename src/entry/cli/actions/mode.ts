import { setMode } from "../../../app/set-mode.ts";
import type { Mode } from "../../../core/inventory/mode.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { wrap } from "../render/table.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { openAws } from "../wire/aws-source.ts";

export interface ModeOptions extends SourceOptions {
  readonly audit?: string;
}

/** Writes the mode tag of a database. */
export async function runMode(
  context: CliContext,
  mode: Mode,
  database: string,
  options: ModeOptions,
): Promise<void> {
  const settings = await readSettings(options);
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  try {
    const ports = applyPorts(context, source, options.audit);
    const report = await setMode(ports, await source.inventory.read(), database, mode);
    if (report.kind === "notFound") throw new CliProblem(report.problem);
    if (report.outcome.problem !== undefined) throw new CliProblem(report.outcome.problem);
    const { id } = report.outcome;
    const before = report.before ?? null;
    if (settings.json)
      context.out(JSON.stringify({ version: 1, kind: "mode", database: id, before, mode }, null, 2));
    else context.out(wrap(modeText(id, report.before, mode), ""));
  } finally {
    await source.close();
  }
}

function modeText(id: string, before: string | undefined, mode: Mode): string {
  if (before === mode) return `${id} is in mode ${mode} already.`;
  const next =
    mode === "enforce"
      ? `Run "moat plan" to see what enforcement would change.`
      : `Its groups stay as they are; "moat rollback ${id}" restores the original ones.`;
  return `${id}: mode ${before ?? "not set"} → ${mode}. ${next}`;
}
