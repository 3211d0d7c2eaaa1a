import { Command } from "commander";
import type { WavesOptions } from "../actions/waves.ts";
import type { CliContext } from "../context.ts";

/** `moat waves`: how far the functions are in taking access away, and the word by which a person lets them go on. */
export function wavesCommand(context: CliContext): Command {
  return new Command("waves")
    .description("how far the functions in the cloud are in taking access away, wave by wave")
    .requiredOption(
      "--state <place>",
      "what the functions remember, s3://bucket/state (default: MOAT_STATE)",
      context.env.MOAT_STATE,
    )
    .option("--region <region>", "region of that bucket")
    .option("--acknowledge <token>", "what it waits for is as it should be: go on")
    .option("--json", "print JSON", false)
    .action(async (options: WavesOptions) => {
      const { runWaves } = await import("../actions/waves.ts");
      await runWaves(context, options);
    });
}
