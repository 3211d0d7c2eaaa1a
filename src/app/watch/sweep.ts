import { attributeDrift, rulesOfRds } from "../../core/drift/attribute-drift.ts";
import type { Remembered } from "../../core/drift/find-drift.ts";
import { formatUtc } from "../../core/flow/utc-time.ts";
import { holdRevocations, type Withdrawals } from "../../core/guard/hold-revocations.ts";
import { guardTugOfWar, repaired, repairsOf } from "../../core/guard/tug-of-war.ts";
import type { WaveSettings } from "../../core/guard/waves.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { DatabasePlan, Plan } from "../../core/plan/plan.ts";
import type { PlanSettings } from "../../core/plan/world.ts";
import type { ResolveOptions } from "../../core/policy/resolution.ts";
import { ruleKey } from "../../core/rule/rule-key.ts";
import type { ResourceChange } from "../../core/trail/resource-change.ts";
import type { InventorySource } from "../../ports/inventory-source.ts";
import type { ApplyPorts } from "../apply-run.ts";
import { planDatabases } from "../plan-databases.ts";
import type { Traffic } from "../read-traffic.ts";
import type { ReconcileReport } from "../reconcile.ts";
import { reconcileInWaves } from "../reconcile-in-waves.ts";
import type { PolicyInHand } from "./keep-policy.ts";

/** Milliseconds that two answers of policy must lie apart before what both take away is taken away. */
const DEFAULT_APART_MS = 30_000;

/** What an unattended run reads and writes. */
export interface SweepPorts extends ApplyPorts {
  readonly inventory: InventorySource;
  /** Changes in AWS that somebody made, as a trail tells; absent where there is none. */
  readonly trail?: () => Promise<readonly ResourceChange[]>;
  /** ARN that Moat acts under; its own changes are no drift. */
  readonly self?: string;
}

export interface SweepSettings {
  readonly plan: PlanSettings;
  readonly resolve?: ResolveOptions;
  readonly traffic?: Traffic;
  readonly apartMs?: number;
  readonly waves?: WaveSettings;
}

/** What is carried from one sweep to the next. All of it may be lost: then Moat is slower, never wrong. */
export interface SweepMemory {
  readonly withdrawals: Withdrawals;
  readonly remembered: ReadonlyMap<string, Remembered>;
  /** Moments of repairs, RFC 3339, by database ARN. */
  readonly repairs: ReadonlyMap<string, readonly string[]>;
}

export const EMPTY_MEMORY: SweepMemory = {
  withdrawals: new Map(),
  remembered: new Map(),
  repairs: new Map(),
};

export interface SweepReport {
  readonly report: ReconcileReport;
  /** The first plan, before anything was done: what was found stands in it. */
  readonly found: Plan;
  readonly memory: SweepMemory;
  /** When policy should be read again because something is held. */
  readonly askAgainAt?: number;
}

/**
 * One unattended run: reads AWS, plans with the policy in hand, holds what a single answer takes away, gives way in a
 * tug of war, and carries the rest out.
 */
export async function sweep(
  ports: SweepPorts,
  settings: SweepSettings,
  { policy, readAt }: PolicyInHand,
  memory: SweepMemory,
  stopRequested: () => boolean = () => false,
): Promise<SweepReport> {
  const plans: Plan[] = [];
  let { withdrawals } = memory;
  let askAgainAt: number | undefined;
  let inventory: Inventory | undefined;
  async function makePlan(): Promise<Plan> {
    const [live, changes] = await Promise.all([ports.inventory.read(), ports.trail?.() ?? []]);
    inventory = live;
    const nowSeconds = Math.floor(ports.clock.now() / 1000);
    const { plan } = planDatabases({
      inventory: live,
      policy,
      settings: { ...settings.plan, nowSeconds, leftRules: rulesOfRds(changes) },
      remembered: memory.remembered,
      ...(settings.resolve === undefined ? {} : { resolve: settings.resolve }),
      ...(settings.traffic === undefined ? {} : { traffic: settings.traffic }),
    });
    const apartMs = settings.apartMs ?? DEFAULT_APART_MS;
    const held = holdRevocations(attributed(plan, changes, ports.self), withdrawals, { readAt, apartMs });
    ({ withdrawals, askAgainAt } = { askAgainAt: undefined, ...held });
    const guarded = guardTugOfWar(held.plan, { nowSeconds, repairs: repairsBefore(plan, live, memory) });
    plans.push(guarded);
    return guarded;
  }
  const report = await reconcileInWaves(ports, makePlan, settings.waves, { stopRequested });
  const found = plans[0] ?? report.plan;
  return {
    report,
    found,
    memory: {
      withdrawals,
      remembered: inventory === undefined ? memory.remembered : remember(report.plan, inventory, memory),
      repairs: withRepairs(memory.repairs, found, report, ports.clock.now()),
    },
    ...(askAgainAt === undefined ? {} : { askAgainAt }),
  };
}

function attributed(plan: Plan, changes: readonly ResourceChange[], self: string | undefined): Plan {
  if (changes.length === 0) return plan;
  const databases = plan.databases.map((d) => ({
    ...d,
    drift: d.drift.map((one) => attributeDrift(one, changes, self)),
  }));
  return { ...plan, databases };
}

/** From the tags of the managed groups, and from memory where a group with its tags was deleted. */
function repairsBefore(
  plan: Plan,
  inventory: Inventory,
  memory: SweepMemory,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map(inventory.securityGroups.map((g) => [g.groupId as string, g]));
  return new Map(
    plan.databases.map((d) => [
      d.arn,
      [
        ...repairsOf(d.managedGroups.flatMap((id) => groups.get(id) ?? [])),
        ...(memory.repairs.get(d.arn) ?? []),
      ],
    ]),
  );
}

/** What stands at each database that is in sync now; of the others, what stood when it last was. */
function remember(plan: Plan, inventory: Inventory, memory: SweepMemory): SweepMemory["remembered"] {
  const groups = new Map(inventory.securityGroups.map((g) => [g.groupId as string, g]));
  const remembered = new Map(memory.remembered);
  for (const database of plan.databases.filter((d) => d.inSync || d.mode === "observe")) {
    const managed = database.managedGroups.flatMap((id) => groups.get(id) ?? []);
    if (managed.length === 0) remembered.delete(database.arn);
    else
      remembered.set(database.arn, {
        managedGroups: database.managedGroups,
        ruleKeys: new Set(managed.flatMap((g) => g.rules.map(ruleKey))),
      });
  }
  return remembered;
}

const HOUR_MS = 3_600_000;

function withRepairs(
  before: SweepMemory["repairs"],
  found: Plan,
  report: ReconcileReport,
  now: number,
): SweepMemory["repairs"] {
  const since = formatUtc((now - HOUR_MS) / 1000);
  const wrote = new Set(report.outcomes.flatMap((o) => (o.writeCalls > 0 ? [o.arn as string] : [])));
  const mended = (d: DatabasePlan): boolean => wrote.has(d.arn) && repaired(d).length > 0;
  const repairs = new Map(
    [...before].map(([arn, moments]) => [arn, moments.filter((at) => at > since)] as const),
  );
  for (const { arn } of found.databases.filter(mended))
    repairs.set(arn, [...(repairs.get(arn) ?? []), formatUtc(now / 1000)]);
  return repairs;
}
