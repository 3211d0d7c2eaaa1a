import { Command, Option } from "commander";
import type { FlowOptions } from "../actions/flows.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat flows`: conversations read from flow logs. */
export function flowsCommand(context: CliContext): Command {
  return withSources(new Command("flows"))
    .description("conversations read from flow logs: who opened a connection to whom, on which port")
    .argument("[source...]", "flow logs, as with --flows")
    .option("--database <id>", "only conversations with this database")
    .option("--consumer <address>", "only those opened by this address")
    .addOption(
      new Option("--action <action>", "only what was accepted or rejected").choices(["ACCEPT", "REJECT"]),
    )
    .action(async (sources: readonly string[], options: FlowOptions) => {
      const { runFlows } = await import("../actions/flows.ts");
      await runFlows(context, sources, options);
    });
}
