import { Command } from "commander";
import type { ApplyPorts } from "../../../app/apply-run.ts";
import { reconcile } from "../../../app/reconcile.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import type { CliContext } from "../context.ts";
import { openWorld, type World } from "../load.ts";
import { namesOf } from "../names.ts";
import { stepLine } from "../render/outcome-text.ts";
import { type NameOf, planText } from "../render/plan-text.ts";
import { showReport } from "../show-report.ts";
import { readSettings, type Settings, type SourceOptions, withSources } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { applySavedPlan } from "./apply-saved-plan.ts";

export interface ApplyOptions extends SourceOptions {
  readonly audit?: string;
}

/** `moat apply`: carries out the plan, the saved one or today's. */
export function applyCommand(context: CliContext): Command {
  return withSources(new Command("apply"))
    .description("carry out the plan; a saved one is refused when the world moved since")
    .argument("[plan.json]", "a plan saved with moat plan --out")
    .option("--acknowledge <token...>", "overrule a refusal by its token")
    .option("--audit <file>", "append a record of each write before it is made (default: moat-audit.jsonl)")
    .option("--verbose", "every database and every finding")
    .action(async (file: string | undefined, options: ApplyOptions) => {
      const settings = await readSettings(options);
      const world = await openWorld(context, settings);
      try {
        const ports = applyPorts(context, world.source, options.audit, (db, step) =>
          context.progress(stepLine(db, step, context.progressStyle)),
        );
        if (file !== undefined) await applySavedPlan(context, settings, world, ports, file);
        else await applyNow(context, settings, world, ports);
      } finally {
        await world.close();
      }
    });
}

async function applyNow(
  context: CliContext,
  settings: Settings,
  world: World,
  ports: ApplyPorts,
): Promise<void> {
  let nameOf: NameOf = (href) => href;
  const makePlan = async (): Promise<Plan> => {
    const planned = await world.plan();
    nameOf = namesOf(planned);
    return planned.plan;
  };
  const onPlan = (plan: Plan): void => {
    if (!settings.json)
      context.progress(planText(plan, { style: context.progressStyle, nameOf, verbose: settings.verbose }));
  };
  const report = await reconcile(ports, makePlan, { onPlan });
  showReport(context, settings, report, nameOf);
}
