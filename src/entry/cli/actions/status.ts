import { planDocument } from "../../../core/plan/plan-document.ts";
import type { CliContext } from "../context.ts";
import { withWorld } from "../load.ts";
import { statusText } from "../render/status-text.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";

/** Shows every database in a line. */
export async function runStatus(context: CliContext, options: SourceOptions): Promise<void> {
  const settings = await readSettings(options);
  await withWorld(context, settings, async (world) => {
    const { plan } = await world.plan();
    if (!settings.json) {
      context.out(statusText(plan, context.style));
      return;
    }
    const { policy, databases, findings } = planDocument(plan);
    const lines = databases.map(({ steps, rules, ...rest }) => ({
      ...rest,
      pendingSteps: steps.length,
      ruleCount: rules.length,
    }));
    context.out(JSON.stringify({ version: 1, kind: "status", policy, databases: lines, findings }, null, 2));
  });
}
