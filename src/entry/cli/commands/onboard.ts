import { Command, Option } from "commander";
import type { OnboardOptions } from "../actions/onboard.ts";
import { auditOption } from "../audit-option.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat onboard`: flow-log subscriptions, and what stands for databases in a PCE. */
export function onboardCommand(context: CliContext): Command {
  return common("onboard")
    .description("subscribe to flow logs, and make databases known to the PCE: labels, workloads, services")
    .addOption(
      new Option("--scope <what>", "what a flow log is made for")
        .choices(["interface", "subnet", "vpc"])
        .default("subnet"),
    )
    .addOption(
      new Option("--format <format>", "columns of the flow logs")
        .choices(["rich", "mission"])
        .default("rich"),
    )
    .option("--bucket <arn>", "bucket of the flow logs, such as arn:aws:s3:::logs; absent: none are made")
    .option("--label-tag <label=Tag...>", "the tag that says what a label says (found by itself otherwise)")
    .option("--clients", "labelled instances that no workload stands for become workloads too")
    .action(async (databases: readonly string[], options: OnboardOptions) => {
      const { runOnboard } = await import("../actions/onboard.ts");
      await runOnboard(context, "on", databases, options);
    });
}

/** `moat offboard`: takes away what onboarding made, and nothing else. */
export function offboardCommand(context: CliContext): Command {
  return common("offboard")
    .description("take away the flow logs and the objects of the PCE that onboarding made")
    .action(async (databases: readonly string[], options: OnboardOptions) => {
      const { runOnboard } = await import("../actions/onboard.ts");
      await runOnboard(context, "off", databases, options);
    });
}

const common = (name: string): Command =>
  withSources(new Command(name))
    .argument("[databases...]", "ids, ARNs or endpoints; all by default")
    .option("--dry-run", "say what would be written, and write nothing")
    .option("--yes", "do not ask")
    .addOption(auditOption());
