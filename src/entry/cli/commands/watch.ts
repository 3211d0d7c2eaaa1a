import { Command } from "commander";
import type { WatchOptions } from "../actions/watch.ts";
import { auditOption } from "../audit-option.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat watch`: keeps enforcing from this machine, until it is stopped. */
export function watchCommand(context: CliContext): Command {
  return withSources(new Command("watch"))
    .description("keep every enforced database as policy says, from this machine, until stopped")
    .option("--once", "one pass, then stop")
    .option("--policy-every <duration>", "between two questions whether policy changed", "30s")
    .option("--sweep-every <duration>", "between two whole reads of AWS", "5m")
    .option("--heartbeat-every <duration>", "between two signs of life", "1h")
    .option(
      "--twice-apart <duration>",
      "what policy withdraws goes when two answers so far apart agree",
      "30s",
    )
    .addOption(auditOption())
    .action(async (options: WatchOptions) => {
      const { runWatch } = await import("../actions/watch.ts");
      await runWatch(context, options);
    });
}
