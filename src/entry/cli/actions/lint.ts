import { lintPlanned } from "../../../app/lint-policy.ts";
import type { CliContext } from "../context.ts";
import { withWorld } from "../load.ts";
import { lintText } from "../render/lint-text.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";

export interface LintOptions extends SourceOptions {
  readonly strict?: boolean;
  readonly draft?: boolean;
}

/** Shows what is worth a look in the policy. */
export async function runLint(context: CliContext, options: LintOptions): Promise<void> {
  const settings = await readSettings(options);
  await withWorld(context, settings, async (world) => {
    const planned = await world.plan(options.draft === true ? "draft" : "active");
    const findings = lintPlanned(planned, settings.plan.owner);
    const { policy } = planned.plan;
    if (settings.json) context.out(JSON.stringify({ version: 1, kind: "lint", policy, findings }, null, 2));
    else context.out(lintText(findings, context.style));
    if (options.strict === true && findings.length > 0) context.exit(1);
  });
}
