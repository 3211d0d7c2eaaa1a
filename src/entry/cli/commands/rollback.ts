import { Command } from "commander";
import type { RollbackOptions } from "../actions/rollback.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat rollback`: the original groups come back, Moat's go, the mode is observe. */
export function rollbackCommand(context: CliContext): Command {
  return withSources(new Command("rollback"))
    .description("restore a database's original groups and stop enforcing it; needs no policy source")
    .argument("<database>", "its id, ARN or endpoint")
    .option(
      "--audit <log>",
      "append a record of each write before it is made, to a file or s3://bucket/prefix (default: moat-audit.jsonl)",
    )
    .action(async (database: string, options: RollbackOptions) => {
      const { runRollback } = await import("../actions/rollback.ts");
      await runRollback(context, database, options);
    });
}
