import type { Followed } from "../../app/follow-traffic.ts";
import { type Planned, planDatabases } from "../../app/plan-databases.ts";
import type { RecentFlows } from "../../app/wave-watch.ts";
import type { RuleMaker } from "../../core/drift/rule-makers.ts";
import type { HistoryRange } from "../../core/history/consumers-query.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { PlanSettings } from "../../core/plan/world.ts";
import type { Policy } from "../../core/policy/model.ts";
import type { CliContext } from "./context.ts";
import { followFlows } from "./named-flows.ts";
import { type NamedHistory, namedHistory } from "./named-history.ts";
import type { Settings } from "./settings.ts";
import { type AwsSource, openAws } from "./wire/aws-source.ts";
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
  /**
   * Plans with a policy that was read already, or does not come from the source, over an inventory that was read already.
   *
   * @param makers who made which rule, as far as a trail was asked
   */
  readonly planWith: (
    policy: Policy,
    beside: Inventory,
    makers?: ReadonlyMap<string, RuleMaker>,
  ) => Promise<Planned>;
  /** Reads the flow-log objects that came since the last look, for the next plan; answers how many. */
  readonly moreFlows: () => Promise<number>;
  /** What the next plan is told of the past; absent when no history was named. */
  readonly history?: NamedHistory;
  /** Flow logs by themselves that came since they were last read; absent when none were named. */
  readonly recentFlows?: RecentFlows;
  close(): Promise<void>;
}

/** A plan asks of the past only who was let in; and what databases opened, where policy says that. */
const LET_IN: HistoryRange = { served: true };
const BOTH_WAYS: HistoryRange = {};

const pastOf = (past: HistoryRange, { plan: { egress } }: Settings): HistoryRange => {
  const modes = egress === undefined ? [] : [egress.default, ...Object.values(egress.databases)];
  return past === LET_IN && modes.includes("managed") ? BOTH_WAYS : past;
};

/**
 * Opens the sources that the settings name.
 *
 * @param past which part of the history is asked for
 */
export async function openWorld(
  context: CliContext,
  settings: Settings,
  past: HistoryRange = LET_IN,
): Promise<World> {
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  const policy = await openPolicy(settings.policy, context.env, source).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  let followed: Promise<Followed> | undefined;
  const history = namedHistory(context, settings, source.clients, pastOf(past, settings));
  const flows = followFlows(context, settings, source.clients);
  let addresses: Planned["addresses"] = [];
  const { publicIp, directActorsIgnoreScope } = settings.config;
  const planFrom = async (
    inventory: Inventory,
    read: Policy,
    makers?: ReadonlyMap<string, RuleMaker>,
  ): Promise<Planned> => {
    const seen = await followed;
    const before = await history?.read();
    const planned = planDatabases({
      inventory,
      policy: read,
      settings: {
        ...settings.plan,
        ...nowOf(context, source),
        ...(makers === undefined ? {} : { ruleMakers: makers }),
      },
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
    planWith: (read, beside, makers) => planFrom(beside, read, makers),
    moreFlows: async () => {
      await followed;
      const more = await flows?.look();
      // A look that failed must not stand in the way of the next plan.
      if (more !== undefined) followed = Promise.resolve(more);
      return more?.objects ?? 0;
    },
    ...(history === undefined ? {} : { history }),
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
  past: HistoryRange = LET_IN,
): Promise<void> {
  const world = await openWorld(context, settings, past);
  try {
    await run(world);
  } finally {
    await world.close();
  }
}
