import { Command } from "commander";
import type { CliContext } from "../context.ts";
import { type SourceOptions, withSources } from "../source-options.ts";

/** `moat doctor`: whether Moat has what it needs, and no more. */
export function doctorCommand(context: CliContext): Command {
  return withSources(new Command("doctor"))
    .description("check access, permissions, quotas, trail, flow logs, PCE, clocks, and the modes in force")
    .action(async (options: SourceOptions) => {
      const { runDoctor } = await import("../actions/doctor.ts");
      await runDoctor(context, options);
    });
}
