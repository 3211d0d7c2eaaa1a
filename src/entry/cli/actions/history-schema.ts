import { awsClients } from "../../../adapters/aws/aws-clients.ts";
import { parseS3Uri } from "../../../adapters/aws/s3-uri.ts";
import { s3HistoryFolders } from "../../../adapters/history/s3-history-folders.ts";
import type { HistoryFolders } from "../../../core/history/athena-table.ts";
import {
  athenaStatements,
  duckdbStatements,
  type HistoryEngine,
} from "../../../core/history/history-statements.ts";
import type { CliContext } from "../context.ts";
import { PLACEHOLDERS } from "../history-schema-page.ts";
import { CliProblem } from "../problem.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { HistoryOptions } from "./history.ts";

export interface HistorySchemaOptions extends HistoryOptions {
  readonly engine: HistoryEngine;
}

/**
 * Prints the statements after which the history that is named can be asked without Moat. Without one, words in capitals
 * stand for what is to be filled in.
 */
export async function runHistorySchema(context: CliContext, options: HistorySchemaOptions): Promise<void> {
  const settings = await readSettings(options);
  const { engine } = options;
  const place = settings.history ?? PLACEHOLDERS.place;
  const statements =
    engine === "duckdb"
      ? duckdbStatements(place)
      : athenaStatements(place, await foldersOf(context, settings));
  context.out(
    settings.json
      ? JSON.stringify({ version: 1, kind: "historySchema", engine, statements }, null, 2)
      : statements.map((statement) => `${statement};`).join("\n\n"),
  );
}

/** Accounts and regions have to be listed in Athena's table, so those that there are get looked up. */
async function foldersOf({ env }: CliContext, { history, region }: Settings): Promise<HistoryFolders> {
  if (history === undefined) return PLACEHOLDERS.folders;
  const uri = parseS3Uri(history);
  if (!uri.ok)
    throw new CliProblem({
      code: "HISTORY_NOT_IN_S3",
      what: `The history "${history}" is not in S3`,
      why: "Athena reads what lies there, and nothing else",
      fix: "Name an s3:// prefix, or take --engine duckdb",
    });
  const clients = awsClients({ env, ...(region === undefined ? {} : { region }) });
  try {
    const folders = await s3HistoryFolders(clients, uri.value);
    if (folders !== undefined) return folders;
  } finally {
    clients.close();
  }
  throw new CliProblem({
    code: "HISTORY_EMPTY",
    what: `The history "${history}" holds no file`,
    why: "Athena's table lists its accounts and regions",
    fix: 'Begin it with "moat history ingest"',
  });
}
