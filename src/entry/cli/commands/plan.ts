import { Command, Option } from "commander";
import type { PlanOptions } from "../actions/plan.ts";
import type { CliContext } from "../context.ts";
import { withDatabases } from "../named-databases.ts";
import { withSources } from "../source-options.ts";

/** `moat plan`: what would change and why, and who would lose access. Changes nothing. */
export function planCommand(context: CliContext): Command {
  return withDatabases(withSources(new Command("plan")))
    .description("show what apply would change and why, and who would lose access; changes nothing")
    .option("--out <file>", "save the plan, for moat apply <file>")
    .option("--verify", "check each step with a second reading that shares no code with the planner")
    .option("--draft", "preview the policy that is not provisioned yet")
    .option("--acknowledge <token...>", "overrule a refusal by its token")
    .addOption(
      new Option(
        "--format <format>",
        "text, json, ocsf: a Detection Finding a line, or markdown: a pull-request comment with the policy tests",
      )
        .choices(["text", "json", "ocsf", "markdown"])
        .conflicts("json"),
    )
    .option("--tests <file>", "with markdown: assertions to try, as in moat test")
    .option("--verbose", "every database and every finding")
    .action(async (options: PlanOptions) => {
      const { runPlan } = await import("../actions/plan.ts");
      await runPlan(context, options);
    });
}
