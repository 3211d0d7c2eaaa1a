import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import type { Followed } from "../../app/follow-traffic.ts";
import { type Planned, planDatabases } from "../../app/plan-databases.ts";
import { type HistoryReading, readHistory } from "../../app/read-history.ts";
import type { RecentFlows } from "../../app/wave-watch.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { PlanSettings } from "../../core/plan/world.ts";
import type { Policy } from "../../core/policy/model.ts";
import type { CliContext } from "./context.ts";
import { followFlows } from "./named-flows.ts";
import type { Settings } from "./settings.ts";
import { type AwsSource, openAws } from "./wire/aws-source.ts";
import { openHistory } from "./wire/history.ts";
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
  /** Plans with a policy that does not come from the source, over an inventory that was read already. */
  readonly planWith: (policy: Policy, beside: Inventory) => Promise<Planned>;
  /** Reads the flow-log objects that came since the last look, for the next plan; answers how many. */
  readonly moreFlows: () => Promise<number>;
  /** Flow logs by themselves that came since they were last read; absent when none were named. */
  readonly recentFlows?: RecentFlows;
  close(): Promise<void>;
}

/** Opens the sources that the settings name. */
export async function openWorld(context: CliContext, settings: Settings): Promise<World> {
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  const policy = await openPolicy(settings.policy, context.env, source).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  let followed: Promise<Followed> | undefined;
  let history: Promise<HistoryReading | undefined> | undefined;
  const flows = followFlows(context, settings, source.clients);
  let addresses: Planned["addresses"] = [];
  const { publicIp, directActorsIgnoreScope } = settings.config;
  const planFrom = async (inventory: Inventory, read: Policy): Promise<Planned> => {
    const seen = await followed;
    history ??= whoWasSeen(context, settings, source.clients);
    const before = await history;
    const planned = planDatabases({
      inventory,
      policy: read,
      settings: { ...settings.plan, ...nowOf(context, source) },
      resolve: { includePublicIp: publicIp, directActorsIgnoreScope },
      ...(seen === undefined ? {} : { traffic: seen.traffic }),
      ...(before === undefined ? {} : { history: before }),
    });
    ({ addresses } = planned);
    return planned;
  };
  return {
    source,
    plan: async (version = "active", beside = undefined) => {
      followed ??= flows?.look();
      const names = beside === undefined ? `${source.inventory.name} and ${policy.name}` : policy.name;
      context.progress(context.progressStyle.dim(`Reading ${names} …`));
      const [inventory, read] = await Promise.all([
        beside ?? source.inventory.read(),
        policy.read(version),
        followed,
      ]);
      return planFrom(inventory, read);
    },
    planWith: (read, beside) => planFrom(beside, read),
    moreFlows: async () => {
      await followed;
      const more = await flows?.look();
      // A look that failed must not stand in the way of the next plan.
      if (more !== undefined) followed = Promise.resolve(more);
      return more?.objects ?? 0;
    },
    ...(flows === undefined
      ? {}
      : {
          recentFlows: {
            before: async () => (await followed)?.traffic,
            next: flows.news,
            addresses: () => addresses,
          },
        }),
    close: () => source.close(),
  };
}

/** Asks the history that was named; `undefined` when none was. */
async function whoWasSeen(
  context: CliContext,
  settings: Settings,
  clients: AwsClients | undefined,
): Promise<HistoryReading | undefined> {
  if (settings.history === undefined) return undefined;
  const history = await openHistory(settings, context, clients);
  try {
    return await readHistory(history, { served: true });
  } finally {
    await history.close();
  }
}

/** A saved inventory is planned without a clock, so that the same files always give the same plan. */
const nowOf = (context: CliContext, source: AwsSource): Pick<PlanSettings, "nowSeconds"> =>
  source.writable === undefined
    ? {}
    : { nowSeconds: Math.floor((source.sandbox?.clock ?? context.clock).now() / 1000) };

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
