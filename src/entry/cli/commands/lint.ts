import { Command } from "commander";
import type { LintOptions } from "../actions/lint.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat lint`: what is worth a look in the policy. Changes nothing. */
export function lintCommand(context: CliContext): Command {
  return withSources(new Command("lint"))
    .description("rules without effect, copies, open doors, unused labels, databases that policy forgot")
    .option("--draft", "look through the policy that is not provisioned yet")
    .option("--strict", "exit with 1 when there is a finding")
    .action(async (options: LintOptions) => {
      const { runLint } = await import("../actions/lint.ts");
      await runLint(context, options);
    });
}
