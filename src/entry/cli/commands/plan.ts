import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import type { Plan } from "../../../core/plan/plan.ts";
import { planDocument } from "../../../core/plan/plan-document.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { withWorld } from "../load.ts";
import { namesOf } from "../names.ts";
import { planText } from "../render/plan-text.ts";
import { readSettings, type SourceOptions, withSources } from "../source-options.ts";

interface PlanOptions extends SourceOptions {
  readonly out?: string;
  readonly draft?: boolean;
}

/** `moat plan`: what would change and why, and who would lose access. Changes nothing. */
export function planCommand(context: CliContext): Command {
  return withSources(new Command("plan"))
    .description("show what apply would change and why, and who would lose access; changes nothing")
    .option("--out <file>", "save the plan, for moat apply <file>")
    .option("--draft", "preview the policy that is not provisioned yet")
    .option("--acknowledge <token...>", "overrule a refusal by its token")
    .option("--verbose", "every database and every finding")
    .action(async (options: PlanOptions) => {
      const settings = await readSettings(options);
      await withWorld(context, settings, async (world) => {
        const planned = await world.plan(options.draft === true ? "draft" : "active");
        const document = planDocument(planned.plan);
        if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(document, null, 2)}\n`);
        if (settings.json) context.out(JSON.stringify(document, null, 2));
        else
          context.out(
            planText(planned.plan, {
              style: context.style,
              nameOf: namesOf(planned),
              verbose: settings.verbose,
            }),
          );
        context.exit(planExit(planned.plan));
      });
    });
}

/** Any refusal makes 3, pending changes of an enforced database make 2. */
export function planExit(plan: Plan): ExitCode {
  if (plan.databases.some((d) => d.refused.length > 0)) return 3;
  return plan.databases.some((d) => d.steps.length > 0) ? 2 : 0;
}
