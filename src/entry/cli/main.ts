import { enableCompileCache } from "node:module";
import { Command, CommanderError } from "commander";
import { applyCommand } from "./commands/apply.ts";
import { flowsCommand } from "./commands/flows.ts";
import { modeCommand } from "./commands/mode.ts";
import { planCommand } from "./commands/plan.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { statusCommand } from "./commands/status.ts";
import { type CliContext, processContext } from "./context.ts";
import { diagnosticOf } from "./problem.ts";
import { problemText } from "./render/problem-text.ts";

/** The whole command line. */
export function program(context: CliContext): Command {
  return new Command("moat")
    .description("Keeps a moat around every Amazon RDS database")
    .version("0.1.0")
    .showSuggestionAfterError()
    .exitOverride()
    .addCommand(statusCommand(context))
    .addCommand(flowsCommand(context))
    .addCommand(planCommand(context))
    .addCommand(applyCommand(context))
    .addCommand(modeCommand(context))
    .addCommand(rollbackCommand(context));
}

/** Runs one command line; problems that a user can mend are printed without a stack. */
export async function main(argv: readonly string[], context: CliContext): Promise<void> {
  try {
    await program(context).parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0) context.exit(1);
      return;
    }
    const problem = diagnosticOf(error);
    if (problem === undefined) throw error;
    context.progress(problemText(problem, context.progressStyle.red("✗"), context.progressStyle));
    context.exit(1);
  }
}

if (import.meta.main) {
  enableCompileCache();
  await main(process.argv.slice(2), processContext());
}
