import { labelsOf } from "../../../app/plan-databases.ts";
import type { Conversation } from "../../../core/flow/conversation.ts";
import { type KnownDatabases, knownDatabases } from "../../../core/flow/known-databases.ts";
import { databaseAddresses } from "../../../core/inventory/database-addresses.ts";
import type { CliContext } from "../context.ts";
import { openWorld, readFlows } from "../load.ts";
import { CliProblem } from "../problem.ts";
import { flowsText } from "../render/flows-text.ts";
import { problemText } from "../render/problem-text.ts";
import { labelText } from "../render/quantity.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { openAws } from "../wire/aws-source.ts";

export interface FlowOptions extends SourceOptions {
  readonly database?: string;
  readonly consumer?: string;
  readonly action?: "ACCEPT" | "REJECT";
}

/** Shows the conversations of flow logs. */
export async function runFlows(
  context: CliContext,
  sources: readonly string[],
  options: FlowOptions,
): Promise<void> {
  const flows = [...sources, ...(options.flows ?? [])];
  const settings = await readSettings(flows.length > 0 ? { ...options, flows } : options);
  await showFlows(context, settings, options);
}

async function showFlows(context: CliContext, settings: Settings, options: FlowOptions): Promise<void> {
  const known = await knowledge(context, settings, options);
  try {
    const traffic = await readFlows(context, settings, known.clients);
    if (traffic === undefined) throw noFlows();
    const conversations = traffic.table.conversations(known.databases).filter((c) => matches(c, options));
    if (settings.json) {
      context.out(
        JSON.stringify(
          {
            version: 1,
            kind: "flows",
            conversations,
            input: traffic.table.input,
            findings: traffic.findings,
          },
          null,
          2,
        ),
      );
    } else {
      context.out(flowsText(conversations, traffic.table.input, context.style, known.nameOf));
      for (const finding of traffic.findings)
        context.progress(problemText(finding, "!", context.progressStyle));
    }
    if (traffic.incomplete.length > 0) context.exit(1);
  } finally {
    await known.close();
  }
}

interface Knowledge {
  readonly databases: KnownDatabases;
  readonly nameOf: (address: string) => string;
  readonly clients: Awaited<ReturnType<typeof openAws>>["clients"];
  close(): Promise<void>;
}

const NOTHING_KNOWN: Knowledge = {
  databases: knownDatabases([]),
  nameOf: () => "",
  clients: undefined,
  close: async () => {},
};

/** Databases and labels, as far as the sources that were named tell them; flow logs alone are enough. */
async function knowledge(context: CliContext, settings: Settings, options: FlowOptions): Promise<Knowledge> {
  if (settings.policy !== undefined && (options.aws ?? settings.config.aws) !== undefined) {
    const world = await openWorld(context, { ...settings, flows: undefined });
    const { addresses, index } = await world.plan();
    const labels = labelsOf(index);
    return {
      databases: knownDatabases(addresses.map((a) => ({ ...a, database: a.id }))),
      nameOf: (address) => labelText(labels(address)),
      clients: world.source.clients,
      close: () => world.close(),
    };
  }
  if ((options.aws ?? settings.config.aws) === undefined) return NOTHING_KNOWN;
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  const inventory = await source.inventory.read();
  const addresses = databaseAddresses(inventory, settings.plan.owner, new Map());
  return {
    ...NOTHING_KNOWN,
    databases: knownDatabases(addresses.map((a) => ({ ...a, database: a.id }))),
    clients: source.clients,
    close: () => source.close(),
  };
}

function matches(c: Conversation, options: FlowOptions): boolean {
  if (options.database !== undefined && c.database !== options.database) return false;
  if (options.consumer !== undefined && c.consumer !== options.consumer) return false;
  return options.action === undefined || c.action === options.action;
}

const noFlows = (): CliProblem =>
  new CliProblem({
    code: "FLOWS_MISSING",
    what: "No flow logs were given",
    why: "Conversations are read from VPC flow logs",
    fix: "Name a file, a folder or an s3:// prefix: moat flows s3://bucket/AWSLogs/",
  });
