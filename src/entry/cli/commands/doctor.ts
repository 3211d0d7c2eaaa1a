import { Command, Option } from "commander";
import type { DoctorOptions } from "../actions/doctor.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat doctor`: whether Moat has what it needs, and no more. */
export function doctorCommand(context: CliContext): Command {
  return withSources(new Command("doctor"))
    .description("check access, permissions, quotas, trail, flow logs, PCE, clocks, and the modes in force")
    .addOption(
      new Option("--format <format>", "text, json, or ocsf: a Detection Finding a line")
        .choices(["text", "json", "ocsf"])
        .conflicts("json"),
    )
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import("../actions/doctor.ts");
      await runDoctor(context, options);
    });
}
