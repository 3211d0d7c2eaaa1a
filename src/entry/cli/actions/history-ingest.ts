import { awsClients } from "../../../adapters/aws/aws-clients.ts";
import { historyWriter } from "../../../adapters/history/history-writer.ts";
import { objectDigest } from "../../../adapters/history/object-digest.ts";
import { ingestHistory } from "../../../app/ingest-history.ts";
import { type DatabaseAddress, databaseAddresses } from "../../../core/inventory/database-addresses.ts";
import type { CliContext } from "../context.ts";
import { openWorld } from "../load.ts";
import { CliProblem } from "../problem.ts";
import { ingestText } from "../render/history-text.ts";
import { problemText } from "../render/problem-text.ts";
import { readSettings, type Settings } from "../settings.ts";
import { type AwsSource, openAws } from "../wire/aws-source.ts";
import { openFlows } from "../wire/flow-sources.ts";
import { historyPlace, openHistoryStore } from "../wire/history.ts";
import type { HistoryOptions } from "./history.ts";

/** Keeps what flow logs tell. Exit code 1 when something of them is missing. */
export async function runHistoryIngest(
  context: CliContext,
  sources: readonly string[],
  options: HistoryOptions,
): Promise<void> {
  const named = [...sources, ...(options.flows ?? [])];
  const settings = await readSettings(named.length > 0 ? { ...options, flows: named } : options);
  const place = historyPlace(settings);
  const { flows, region } = settings;
  if (flows === undefined) throw noFlows();
  const { source, addresses, close } = await knowledge(context, settings);
  try {
    const regional = region === undefined ? {} : { region };
    const clients = source.clients ?? awsClients({ env: context.env, ...regional });
    const writer = historyWriter(openHistoryStore(place, context, region, clients));
    let objects = 0;
    const report = await ingestHistory(
      { writer, digestOf: objectDigest },
      openFlows(flows, context, async () => clients, undefined, settings.flowFormats),
      addresses,
      () => {
        objects += 1;
        if (objects % 100 === 0) context.progress(context.progressStyle.dim(`… ${objects} flow-log objects`));
      },
    );
    context.out(
      settings.json
        ? JSON.stringify({ version: 1, kind: "historyIngest", history: place, ...report }, null, 2)
        : ingestText(place, report),
    );
    if (!settings.json)
      for (const finding of report.findings)
        context.progress(problemText(finding, "!", context.progressStyle));
    if (report.incomplete.length + report.unread.length > 0) context.exit(1);
  } finally {
    await close();
  }
}

interface Knowledge {
  readonly source: Pick<AwsSource, "clients">;
  readonly addresses: readonly DatabaseAddress[];
  close(): Promise<void>;
}

/** Where databases answer: interfaces tell that, and policy where several databases would fit one. */
async function knowledge(context: CliContext, settings: Settings): Promise<Knowledge> {
  if (settings.policy !== undefined || settings.aws === "sandbox") {
    const world = await openWorld(context, { ...settings, flows: undefined, history: undefined });
    const { addresses } = await world.plan();
    return { source: world.source, addresses, close: () => world.close() };
  }
  const source = await openAws(settings.aws, settings.region, context.env);
  const inventory = await source.inventory.read();
  const addresses = databaseAddresses(inventory, settings.plan.owner, new Map());
  return { source, addresses, close: () => source.close() };
}

const noFlows = (): CliProblem =>
  new CliProblem({
    code: "FLOWS_MISSING",
    what: "No flow logs were given",
    why: "The history is made of VPC flow logs",
    fix: "Name a file, a folder or an s3:// prefix: moat history ingest s3://bucket/AWSLogs/",
  });
