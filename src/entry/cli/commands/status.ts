import { Command } from "commander";
import { planDocument } from "../../../core/plan/plan-document.ts";
import type { CliContext } from "../context.ts";
import { withWorld } from "../load.ts";
import { statusText } from "../render/status-text.ts";
import { readSettings, type SourceOptions, withSources } from "../source-options.ts";

/** `moat status`: every database in a line. Changes nothing. */
export function statusCommand(context: CliContext): Command {
  return withSources(new Command("status"))
    .description(
      "every database: mode, in sync or drifted, who reaches it now and by policy, rules used of quota",
    )
    .action(async (options: SourceOptions) => {
      const settings = await readSettings(options);
      await withWorld(context, settings, async (world) => {
        const { plan } = await world.plan();
        if (settings.json) {
          const { policy, databases, findings } = planDocument(plan);
          const lines = databases.map(({ steps, rules, ...rest }) => ({
            ...rest,
            pendingSteps: steps.length,
            ruleCount: rules.length,
          }));
          context.out(
            JSON.stringify({ version: 1, kind: "status", policy, databases: lines, findings }, null, 2),
          );
        } else context.out(statusText(plan, context.style));
      });
    });
}
