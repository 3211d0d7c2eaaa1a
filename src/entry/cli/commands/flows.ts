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
    .addOption(
      new Option(
        "--verdict <verdict>",
        "only what policy says this of; accept and reject: what the log says",
      ).choices(["allowed", "denied", "unknown", "accept", "reject"]),
    )
    .option("--log-format <fields>", "format of logs without a header: their fields, as EC2 describes them")
    .option(
      "--upload <ledger>",
      "tell the PCE; what it was told is remembered in this folder or s3:// prefix",
    )
    .option("--with-rejected", "with --upload: refused attempts, too")
    .option(
      "--resend-unsure",
      "with --upload: send again what nobody knows the fate of; the PCE may count it twice",
    )
    .option("--since <time>", "only records since then: 2h, 3d, 2026-01-05T09:00:00Z")
    .option("--until <time>", "only records until then")
    .option("--follow", "go on with objects that arrive, until stopped")
    .addOption(new Option("--every <duration>", "with --follow: how often to look").default("30s"))
    .option(
      "--workers <n>",
      "threads that read (default: one for each core but one, at most 4, where there is enough to read)",
    )
    .addOption(
      new Option("--output <form>", "form of the result; ocsf: an event of Network Activity a line").choices([
        "table",
        "csv",
        "json",
        "ocsf",
      ]),
    )
    .action(async (sources: readonly string[], options: FlowOptions) => {
      if (options.upload === undefined) {
        const { runFlows } = await import("../actions/flows.ts");
        return runFlows(context, sources, options);
      }
      const { runUpload } = await import("../actions/upload-flows.ts");
      await runUpload(context, sources, { ...options, upload: options.upload });
    });
}
