import { Command } from "commander";
import type { SnapshotOptions } from "../actions/snapshot.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat snapshot`: saves what AWS and the PCE answer, so that plans can be made without credentials. */
export function snapshotCommand(context: CliContext): Command {
  return withSources(new Command("snapshot"))
    .description("save what --aws and --policy answer as folders, which every command takes in their place")
    .argument("<folder>", "gets the folders aws and pce")
    .option("--draft", "save the policy that is not provisioned yet")
    .action(async (folder: string, options: SnapshotOptions) => {
      const { runSnapshot } = await import("../actions/snapshot.ts");
      await runSnapshot(context, folder, options);
    });
}
