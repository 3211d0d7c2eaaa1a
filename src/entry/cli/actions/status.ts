import { planDocument } from "../../../core/plan/plan-document.ts";
import type { CliContext } from "../context.ts";
import { withWorld } from "../load.ts";
import { aboutNamed, type DatabaseOptions } from "../named-databases.ts";
import { findingsOcsf } from "../render/finding-ocsf.ts";
import { statusText } from "../render/status-text.ts";
import { findingsOfPlan } from "../render/told-finding.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";

export interface StatusOptions extends SourceOptions, DatabaseOptions {
  readonly format?: "text" | "json" | "ocsf";
}

/** Shows every database in a line; as OCSF, what is not as it should be. */
export async function runStatus(context: CliContext, options: StatusOptions): Promise<void> {
  const settings = await readSettings(options);
  await withWorld(context, settings, async (world) => {
    const { plan, inventory } = aboutNamed(await world.plan(), options);
    if (options.format === "ocsf") {
      const lines = findingsOcsf(findingsOfPlan(plan, inventory), context.clock.now());
      if (lines !== "") context.out(lines);
      return;
    }
    if (!settings.json && options.format !== "json") {
      context.out(statusText(plan, context.style));
      return;
    }
    const { policy, databases, leftOut, findings } = planDocument(plan);
    const lines = databases.map(({ steps, rules, ...rest }) => ({
      ...rest,
      pendingSteps: steps.length,
      ruleCount: rules.length,
    }));
    const document = { version: 1, kind: "status", policy, databases: lines, leftOut, findings };
    context.out(JSON.stringify(document, null, 2));
  });
}
