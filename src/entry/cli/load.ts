import { type AwsClients, awsClients } from "../../adapters/aws/aws-clients.ts";
import { type Planned, planDatabases } from "../../app/plan-databases.ts";
import { readTraffic, type Traffic } from "../../app/read-traffic.ts";
import type { TimeWindow } from "../../core/flow/conversation.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { PlanSettings } from "../../core/plan/world.ts";
import type { CliContext } from "./context.ts";
import type { Settings } from "./settings.ts";
import { type AwsSource, openAws } from "./wire/aws-source.ts";
import { openFlows } from "./wire/flow-sources.ts";
import { openPolicy } from "./wire/policy-source.ts";

/** Everything that commands read, opened once and closed at the end. */
export interface World {
  readonly source: AwsSource;
  /**
   * Reads inventory and policy afresh and plans; flow logs are read once.
   *
   * @param beside an inventory that was read already, for a second plan over the same AWS
   */
  readonly plan: (version?: "active" | "draft", beside?: Inventory) => Promise<Planned>;
  close(): Promise<void>;
}

/** Opens the sources that the settings name. */
export async function openWorld(context: CliContext, settings: Settings): Promise<World> {
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  const policy = await openPolicy(settings.policy, context.env, source).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  let traffic: Promise<Traffic | undefined> | undefined;
  const { publicIp, directActorsIgnoreScope } = settings.config;
  return {
    source,
    plan: async (version = "active", beside = undefined) => {
      traffic ??= readFlows(context, settings, source.clients);
      const names = beside === undefined ? `${source.inventory.name} and ${policy.name}` : policy.name;
      context.progress(context.progressStyle.dim(`Reading ${names} …`));
      const [inventory, read, seen] = await Promise.all([
        beside ?? source.inventory.read(),
        policy.read(version),
        traffic,
      ]);
      return planDatabases({
        inventory,
        policy: read,
        settings: { ...settings.plan, ...nowOf(context, source) },
        resolve: { includePublicIp: publicIp, directActorsIgnoreScope },
        ...(seen === undefined ? {} : { traffic: seen }),
      });
    },
    close: () => source.close(),
  };
}

/** A saved inventory is planned without a clock, so that the same files always give the same plan. */
const nowOf = (context: CliContext, source: AwsSource): Pick<PlanSettings, "nowSeconds"> =>
  source.writable === undefined
    ? {}
    : { nowSeconds: Math.floor((source.sandbox?.clock ?? context.clock).now() / 1000) };

/** Reads the flow logs that were named; `undefined` when none were. */
export async function readFlows(
  context: CliContext,
  settings: Settings,
  clients: AwsClients | undefined,
  window?: TimeWindow,
): Promise<Traffic | undefined> {
  if (settings.flows === undefined) return undefined;
  let objects = 0;
  const region = settings.region === undefined ? {} : { region: settings.region };
  return readTraffic(
    openFlows(settings.flows, context, () => clients ?? awsClients({ env: context.env, ...region }), window),
    () => {
      objects += 1;
      if (objects % 100 === 0) context.progress(context.progressStyle.dim(`… ${objects} flow-log objects`));
    },
    window,
  );
}

/** Opens the world, runs, and closes it whatever happened. */
export async function withWorld(
  context: CliContext,
  settings: Settings,
  run: (world: World) => Promise<void>,
): Promise<void> {
  const world = await openWorld(context, settings);
  try {
    await run(world);
  } finally {
    await world.close();
  }
}
