import { Command, Option } from "commander";
import type { StatusOptions } from "../actions/status.ts";
import type { CliContext } from "../context.ts";
import { withDatabases } from "../named-databases.ts";
import { withSources } from "../source-options.ts";

/** `moat status`: every database in a line. Changes nothing. */
export function statusCommand(context: CliContext): Command {
  return withDatabases(withSources(new Command("status")))
    .description(
      "every database: mode, in sync or drifted, who reaches it now and by policy, rules used of quota",
    )
    .addOption(
      new Option("--format <format>", "text, json, or ocsf: a Detection Finding a line")
        .choices(["text", "json", "ocsf"])
        .conflicts("json"),
    )
    .action(async (options: StatusOptions) => {
      const { runStatus } = await import("../actions/status.ts");
      await runStatus(context, options);
    });
}
