import { Command } from "commander";
import type { LeaseOptions } from "../actions/lease.ts";
import { auditOption } from "../audit-option.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat lease`: access beyond policy for a limited time, with its end on the rule itself. */
export function leaseCommand(context: CliContext): Command {
  return withSources(new Command("lease"))
    .description("let a client in beyond policy for a limited time; the end stands on the rule itself")
    .argument("[cidr]", "who: an address, or at most a /24 (IPv6: a /64)")
    .argument("[database]", "its id, ARN or endpoint")
    .option("--for <duration>", "how long: 30m, 1h, 12h", "1h")
    .option("--reason <text>", "why, for whoever reads the rule later")
    .option("--long", "more than a day is meant, up to seven")
    .option("--unchecked", "go on when policy cannot be read: its override denies are not checked then")
    .option("--end", "end the lease before its time")
    .option("--list", "show the leases of every database, and change nothing")
    .addOption(auditOption())
    .action(async (cidr: string | undefined, database: string | undefined, options: LeaseOptions) => {
      const { runLease } = await import("../actions/lease.ts");
      await runLease(context, cidr, database, options);
    });
}
