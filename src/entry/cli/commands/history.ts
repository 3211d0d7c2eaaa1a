import { Command, Option } from "commander";
import type { HistoryOptions } from "../actions/history.ts";
import type { HistorySchemaOptions } from "../actions/history-schema.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat history`: what flow logs told, kept and asked. */
export function historyCommand(context: CliContext): Command {
  const part = (name: string, description: string): Command =>
    withSources(new Command(name)).description(description);
  const actions = () => import("../actions/history.ts");
  const ingest = part(
    "ingest",
    "keep what flow logs tell; an object that was kept before is not counted twice",
  )
    .argument("[source...]", "flow logs, as with --flows")
    .option("--log-format <fields>", "format of logs without a header: their fields, as EC2 describes them")
    .action(async (sources: readonly string[], options: HistoryOptions) => {
      const { runHistoryIngest } = await import("../actions/history-ingest.ts");
      await runHistoryIngest(context, sources, options);
    });
  const status = part("status", "how much of the traffic the history can have seen, database by database")
    .option("--since <duration>", "only the last 12h, 30d, …")
    .action(async (options: HistoryOptions) => (await actions()).runHistoryStatus(context, options));
  const query = part("query", "who talked to whom, and when last")
    .option("--database <id>", "only this database")
    .option("--consumer <address>", "only this consumer")
    .option("--since <duration>", "only the last 12h, 30d, …")
    .action(async (options: HistoryOptions) => (await actions()).runHistoryQuery(context, options));
  const unused = part("unused", "rules that policy asks for and through which nobody was seen to come")
    .option("--since <duration>", "only the last 12h, 30d, …")
    .action(async (options: HistoryOptions) => (await actions()).runHistoryUnused(context, options));
  const lingering = part("lingering", "who still talks although no rule would let it in again")
    .option("--since <duration>", "what counts as still", "1h")
    .action(async (options: HistoryOptions) => (await actions()).runHistoryLingering(context, options));
  const compact = part("compact", "make one file of each day's many, and drop days that are too old")
    .option("--keep <duration>", "drop days that are older, e.g. 400d")
    .action(async (options: HistoryOptions) => {
      const { runHistoryCompact } = await import("../actions/history-compact.ts");
      await runHistoryCompact(context, options);
    });
  const schema = part("schema", "the statements by which others can ask it without Moat")
    .addOption(
      new Option("--engine <engine>", "for which engine").choices(["duckdb", "athena"]).default("duckdb"),
    )
    .action(async (options: HistorySchemaOptions) => {
      const { runHistorySchema } = await import("../actions/history-schema.ts");
      await runHistorySchema(context, options);
    });
  const history = new Command("history").description("what flow logs told, kept and asked");
  for (const command of [ingest, status, query, unused, lingering, compact, schema])
    history.addCommand(command);
  return history;
}
