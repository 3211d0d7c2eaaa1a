import { Command } from "commander";
import type { ApplyOptions } from "../actions/apply.ts";
import { auditOption } from "../audit-option.ts";
import type { CliContext } from "../context.ts";
import { withDatabases } from "../named-databases.ts";
import { withSources } from "../source-options.ts";

/** `moat apply`: carries out the plan, the saved one or today's. */
export function applyCommand(context: CliContext): Command {
  return withDatabases(withSources(new Command("apply")))
    .description("carry out the plan; a saved one is refused when the world moved since")
    .argument("[plan.json]", "a plan saved with moat plan --out")
    .option("--yes", "do not ask before today's plan is carried out")
    .option("--acknowledge <token...>", "overrule a refusal by its token")
    .addOption(auditOption())
    .option("--verbose", "every database and every finding")
    .action(async (file: string | undefined, options: ApplyOptions) => {
      const { runApply } = await import("../actions/apply.ts");
      await runApply(context, file, options);
    });
}
