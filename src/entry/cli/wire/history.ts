import { type AwsClients, awsClients } from "../../../adapters/aws/aws-clients.ts";
import { parseS3Uri } from "../../../adapters/aws/s3-uri.ts";
import type { AthenaSettings } from "../../../adapters/history/athena-query.ts";
import { folderStore } from "../../../adapters/history/folder-store.ts";
import type { HistoryStore } from "../../../adapters/history/history-store.ts";
import { s3Store } from "../../../adapters/history/s3-store.ts";
import type { FlowHistory } from "../../../ports/flow-history.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import type { Settings } from "../settings.ts";

/** Opens the files of the history that `--history` names. */
export function openHistoryStore(
  place: string,
  context: CliContext,
  region: string | undefined,
  clients: AwsClients | undefined,
): HistoryStore {
  if (!place.startsWith("s3://")) return folderStore(place);
  const uri = parseS3Uri(place);
  if (!uri.ok) throw new CliProblem(uri.error);
  const regional = region === undefined ? {} : { region };
  return s3Store(clients ?? awsClients({ env: context.env, ...regional }), uri.value);
}

/** Opens it for questions. The engine is loaded here, so that no other command waits for it. */
export async function openHistory(
  settings: Settings,
  context: CliContext,
  clients: AwsClients | undefined,
): Promise<FlowHistory> {
  const place = historyPlace(settings);
  const { athena, region } = settings;
  if (athena !== undefined) return throughAthena(place, athena, context, region, clients);
  const { duckdbHistory } = await import("../../../adapters/history/duckdb-history.ts");
  const { fetchedFiles, filesOfFolder } = await import("../../../adapters/history/history-files.ts");
  const files = place.startsWith("s3://")
    ? fetchedFiles(openHistoryStore(place, context, region, clients))
    : filesOfFolder(place);
  return duckdbHistory(files);
}

async function throughAthena(
  place: string,
  athena: AthenaSettings,
  context: CliContext,
  region: string | undefined,
  clients: AwsClients | undefined,
): Promise<FlowHistory> {
  const { athenaHistory } = await import("../../../adapters/history/athena-history.ts");
  const uri = parseS3Uri(place);
  if (!uri.ok) throw new CliProblem(uri.error);
  const regional = region === undefined ? {} : { region };
  return athenaHistory(
    clients ?? awsClients({ env: context.env, ...regional }),
    uri.value,
    athena,
    context.clock,
  );
}

/** The place that was named, or why the command cannot go on. */
export function historyPlace({ history }: Settings): string {
  if (history !== undefined) return history;
  throw new CliProblem({
    code: "HISTORY_MISSING",
    what: "No place for the history was given",
    why: "What flow logs told is kept as files in a folder or under an s3:// prefix",
    fix: 'Add --history with a folder or an s3:// prefix, or write "history:" into moat.yaml',
  });
}
