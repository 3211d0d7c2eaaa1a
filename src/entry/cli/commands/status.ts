import { Command } from "commander";
import type { CliContext } from "../context.ts";
import { type SourceOptions, withSources } from "../source-options.ts";

/** `moat status`: every database in a line. Changes nothing. */
export function statusCommand(context: CliContext): Command {
  return withSources(new Command("status"))
    .description(
      "every database: mode, in sync or drifted, who reaches it now and by policy, rules used of quota",
    )
    .action(async (options: SourceOptions) => {
      const { runStatus } = await import("../actions/status.ts");
      await runStatus(context, options);
    });
}
