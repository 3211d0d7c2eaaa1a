import { Command } from "commander";
import type { ExplainOptions } from "../actions/explain.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat explain`: why a consumer may or may not reach a database. Changes nothing. */
export function explainCommand(context: CliContext): Command {
  return withSources(new Command("explain"))
    .description("why a consumer may or may not reach a database: labels, rule, group rule, last seen")
    .argument("<source>", "address, CIDR, workload name, or labels like role=web,app=orders")
    .argument("<database>", "id, ARN or endpoint; with :port for another port than its own")
    .option("--no-draft", "do not look whether pending changes of the policy would allow")
    .action(async (source: string, database: string, options: ExplainOptions) => {
      const { runExplain } = await import("../actions/explain.ts");
      await runExplain(context, options, source, database);
    });
}
