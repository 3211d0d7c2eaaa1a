import { Command, Option } from "commander";
import type { SuggestOptions } from "../actions/suggest.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat suggest`: label rules that cover the traffic that policy does not allow yet. */
export function suggestCommand(context: CliContext): Command {
  return withSources(new Command("suggest"))
    .description("the fewest label rules that cover the traffic which policy does not allow yet")
    .option("--only <id...>", "only these suggestions")
    .option("--except <id...>", "all suggestions but these")
    .option("--choice <file.json>", "the choice that the review page saved")
    .option("--write [file.yaml]", "add them to the policy file, or save it with them elsewhere")
    .option("--draft", "add them to the draft of the PCE; nothing is provisioned")
    .addOption(
      new Option("--format <format>", "how to show them")
        .choices(["text", "markdown", "html"])
        .default("text"),
    )
    .option("--out <file>", "save what is shown")
    .option("--tests <file>", "further tests that must hold (default: moat-tests.yaml, if there is one)")
    .option("--least-records <n>", "fewer flow-log records than this make no rule", "2")
    .option("--most-unseen <percent>", "most never-seen others that coarse labels may mean", "25")
    .option("--least-seen <percent>", "least of whom a rule would let in that must have been seen", "25")
    .option("--earlier <file.json>", "what --json printed before: these rules stay, whoever joined since")
    .option("--afresh", "as though the policy had no rules yet")
    .action(async (options: SuggestOptions) => {
      const { runSuggest } = await import("../actions/suggest.ts");
      await runSuggest(context, options);
    });
}
