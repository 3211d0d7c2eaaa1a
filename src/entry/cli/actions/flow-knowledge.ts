import { type FlowVerdict, flowVerdicts } from "../../../app/flow-verdict.ts";
import { labelsOf } from "../../../app/plan-databases.ts";
import type { Conversation } from "../../../core/flow/conversation.ts";
import { type KnownDatabases, knownDatabases } from "../../../core/flow/known-databases.ts";
import { databaseAddresses } from "../../../core/inventory/database-addresses.ts";
import type { CliContext } from "../context.ts";
import { openWorld } from "../load.ts";
import { labelText } from "../render/quantity.ts";
import type { Settings } from "../settings.ts";
import { openAws } from "../wire/aws-source.ts";

/** What is known besides the flow logs. */
export interface FlowKnowledge {
  readonly databases: KnownDatabases;
  readonly nameOf: (address: string) => string;
  /** What policy says; undefined without one, and of what is no connection to a database. */
  readonly verdictOf: (conversation: Conversation) => FlowVerdict | undefined;
  readonly hasPolicy: boolean;
  readonly clients: Awaited<ReturnType<typeof openAws>>["clients"];
  close(): Promise<void>;
}

/** Databases from the source that the settings name, and labels and verdicts where they name a policy too. */
export async function flowKnowledge(context: CliContext, settings: Settings): Promise<FlowKnowledge> {
  if (settings.policy !== undefined) {
    const world = await openWorld(context, { ...settings, flows: undefined });
    const planned = await world.plan();
    const labels = labelsOf(planned.index);
    return {
      databases: knownDatabases(planned.addresses.map((a) => ({ ...a, database: a.id }))),
      verdictOf: flowVerdicts(planned),
      hasPolicy: true,
      nameOf: (address) => labelText(labels(address)),
      clients: world.source.clients,
      close: () => world.close(),
    };
  }
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  const inventory = await source.inventory.read();
  const addresses = databaseAddresses(inventory, settings.plan.owner, new Map());
  return {
    databases: knownDatabases(addresses.map((a) => ({ ...a, database: a.id }))),
    nameOf: () => "",
    verdictOf: () => undefined,
    hasPolicy: false,
    clients: source.clients,
    close: () => source.close(),
  };
}
