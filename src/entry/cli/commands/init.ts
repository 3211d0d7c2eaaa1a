import { Command } from "commander";
import type { InitOptions } from "../actions/init.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat init`: a first policy file and configuration, from what is found. */
export function initCommand(context: CliContext): Command {
  return withSources(new Command("init"))
    .description(
      "write a first policy.yaml and moat.yaml from what is in AWS, with comments on what to check",
    )
    .argument("[folder]", "where to write them", ".")
    .option("--force", "overwrite files that are there")
    .action(async (folder: string, options: InitOptions) => {
      const { runInit } = await import("../actions/init.ts");
      await runInit(context, folder, options);
    });
}
