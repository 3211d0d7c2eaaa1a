import { Command } from "commander";
import type { RollbackOptions } from "../actions/rollback.ts";
import { auditOption } from "../audit-option.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat rollback`: the original groups come back, Moat's go, the mode is observe. */
export function rollbackCommand(context: CliContext): Command {
  return withSources(new Command("rollback"))
    .description("restore a database's original groups and stop enforcing it; needs no policy source")
    .argument("<database>", "its id, ARN or endpoint")
    .addOption(auditOption())
    .action(async (database: string, options: RollbackOptions) => {
      const { runRollback } = await import("../actions/rollback.ts");
      await runRollback(context, database, options);
    });
}
