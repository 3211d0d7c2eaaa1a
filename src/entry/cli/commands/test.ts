import { Command, Option } from "commander";
import type { TestOptions } from "../actions/test.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat test`: the policy's own assertions. Changes nothing. */
export function testCommand(context: CliContext): Command {
  return withSources(new Command("test"))
    .description("the policy's own assertions, on the model, on the compiled rules and on what is live")
    .option(
      "--tests <file>",
      "assertions (default: those of the policy file, and moat-tests.yaml if there is one)",
    )
    .addOption(
      new Option("--levels <level...>", "only these levels (default: all)").choices([
        "model",
        "compiled",
        "live",
      ]),
    )
    .option("--junit <file>", "save the result as JUnit XML too")
    .option("--draft", "test the policy that is not provisioned yet")
    .action(async (options: TestOptions) => {
      const { runTests } = await import("../actions/test.ts");
      await runTests(context, options);
    });
}
