import { Argument, Command } from "commander";
import type { Mode } from "../../../core/inventory/mode.ts";
import type { ModeOptions } from "../actions/mode.ts";
import { auditOption } from "../audit-option.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat mode`: the owner's consent, as a tag on the database. */
export function modeCommand(context: CliContext): Command {
  return withSources(new Command("mode"))
    .description("let Moat enforce a database, or only observe it; writes the tag moat:mode")
    .addArgument(new Argument("<mode>", "observe or enforce").choices(["observe", "enforce"]))
    .argument("<database>", "its id, ARN or endpoint")
    .addOption(auditOption())
    .action(async (mode: Mode, database: string, options: ModeOptions) => {
      const { runMode } = await import("../actions/mode.ts");
      await runMode(context, mode, database, options);
    });
}
