import type { Diagnostic } from "../../core/diagnostic.ts";
import { attributeDrift } from "../../core/drift/attribute-drift.ts";
import type { Remembered } from "../../core/drift/find-drift.ts";
import { type RuleMaker, ruleMakers } from "../../core/drift/rule-makers.ts";
import { type HeldPlan, holdRevocations, type Withdrawals } from "../../core/guard/hold-revocations.ts";
import { holdUnseen } from "../../core/guard/hold-unseen.ts";
import { guardTugOfWar, repairsOf } from "../../core/guard/tug-of-war.ts";
import type { Gatekeeper } from "../../core/guard/wave-gate.ts";
import type { WaveSettings } from "../../core/guard/waves.ts";
import type { LogRecords } from "../../core/history/log-record.ts";
import type { DatabaseAddress } from "../../core/inventory/database-addresses.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { planAbout } from "../../core/plan/plan-about.ts";
import type { PlanSettings } from "../../core/plan/world.ts";
import type { FollowPolicy } from "../../core/policy/incremental/follow-policy.ts";
import type { ResolveOptions } from "../../core/policy/resolution.ts";
import type { ResourceChange } from "../../core/trail/resource-change.ts";
import type { Clock } from "../../ports/clock.ts";
import type { InventorySource } from "../../ports/inventory-source.ts";
import { type AskHistory, planByHistory } from "../plan-by-history.ts";
import { type Planned, planDatabases } from "../plan-databases.ts";
import type { HistoryReading } from "../read-history.ts";
import type { Traffic } from "../read-traffic.ts";
import { holdFirstSwaps } from "./hold-first-swaps.ts";
import type { PolicyInHand } from "./keep-policy.ts";
import { type LogLook, type LogPorts, lookAtLogs } from "./look-at-logs.ts";

/** Milliseconds that two answers of policy must lie apart before what both take away is taken away. */
const DEFAULT_APART_MS = 30_000;

/** What looking reads; nothing is written. */
export interface SurveyPorts {
  readonly clock: Clock;
  readonly inventory: InventorySource;
  /**
   * Changes in AWS that somebody made to these resources, as a trail tells; absent where there is none. Asked only
   * when something drifted.
   */
  readonly trail?: (resources: readonly string[]) => Promise<readonly ResourceChange[]>;
  /** ARN that Moat acts under; its own changes are no drift. */
  readonly self?: string;
  /** Absent where no history of flows is kept. */
  readonly history?: AskHistory;
  /** Absent where nobody can say whether flow logs still come. */
  readonly logs?: LogPorts;
  /** Tokens of refusals that a person has overruled, besides those of the settings; absent where nobody can add any. */
  readonly acknowledged?: () => Promise<Iterable<string>>;
}

export interface SweepSettings {
  readonly plan: PlanSettings;
  readonly resolve?: ResolveOptions;
  readonly traffic?: Traffic;
  readonly apartMs?: number;
  readonly waves?: WaveSettings;
  /** Holds back what may not be done yet, such as what waits for its wave. */
  readonly gate?: Gatekeeper;
  /** ARNs of the databases that this run is about; all by default. */
  readonly only?: ReadonlySet<string>;
  /** True: groups that Moat did not make are not detached for the first time by a run that has seen no traffic. */
  readonly firstSwapNeedsTraffic?: boolean;
}

/** What is carried from one sweep to the next. All of it may be lost: then Moat is slower, never wrong. */
export interface SweepMemory {
  readonly withdrawals: Withdrawals;
  readonly remembered: ReadonlyMap<string, Remembered>;
  /** Moments of repairs, RFC 3339, by database ARN. */
  readonly repairs: ReadonlyMap<string, readonly string[]>;
  /**
   * When databases were last narrowed, in milliseconds since 1970, by ARN: those whose clients are still to be watched.
   * Absent where that is not known, or not wanted.
   */
  readonly narrowed?: ReadonlyMap<string, number>;
  /** What is known of the flow logs of databases, where somebody looks at them. */
  readonly logs?: LogRecords;
  /** Resolves the next reading of policy from the last one. Absent where no run follows: it takes more time. */
  readonly follow?: FollowPolicy;
  /** Why a rollout was stopped, and the version of policy that it carried out: it goes on with another version only. */
  readonly halted?: { readonly finding: Diagnostic; readonly version: string };
}

export const EMPTY_MEMORY: SweepMemory = {
  withdrawals: new Map(),
  remembered: new Map(),
  repairs: new Map(),
};

/** What may be carried out now, and what was seen. */
export interface Survey extends HeldPlan {
  readonly addresses: readonly DatabaseAddress[];
  readonly inventory: Inventory;
  readonly follow?: FollowPolicy;
  /** Given where somebody looks at flow logs. */
  readonly logs?: LogRecords;
}

/**
 * Reads AWS, plans with the policy in hand, says who made each difference, holds what a single answer takes away, and
 * gives way in a tug of war.
 */
export async function survey(
  ports: SurveyPorts,
  settings: SweepSettings,
  { policy, readAt }: PolicyInHand,
  memory: SweepMemory,
): Promise<Survey> {
  const inventory = await ports.inventory.read();
  const nowSeconds = Math.floor(ports.clock.now() / 1000);
  let { follow } = memory;
  const acknowledged = new Set([...settings.plan.acknowledged, ...((await ports.acknowledged?.()) ?? [])]);
  let history: HistoryReading | undefined;
  const planKnowing = (makers: ReadonlyMap<string, RuleMaker>): Planned => {
    const planned = planDatabases({
      inventory,
      policy,
      settings: { ...settings.plan, acknowledged, nowSeconds, ruleMakers: makers },
      remembered: memory.remembered,
      ...(follow === undefined ? {} : { follow }),
      ...(settings.resolve === undefined ? {} : { resolve: settings.resolve }),
      ...(settings.traffic === undefined ? {} : { traffic: settings.traffic }),
      ...(history === undefined ? {} : { history }),
    });
    follow = planned.followed?.next;
    return planned;
  };
  const planned = await planByHistory(
    (reading) => {
      history = reading;
      return planKnowing(new Map());
    },
    ports.history,
    ({ arn }) => settings.only?.has(arn) ?? true,
  );
  const { addresses } = planned;
  const first = onlyOf(planned.plan, settings.only);
  const changes = await changesOf(first, ports);
  const makers = makersThatMatter(first, changes);
  const plan = makers.size === 0 ? first : onlyOf(planKnowing(makers).plan, settings.only);
  const apartMs = settings.apartMs ?? DEFAULT_APART_MS;
  const held = holdRevocations(attributed(plan, changes, ports.self), memory.withdrawals, {
    readAt,
    apartMs,
  });
  const repairs = repairsBefore(plan, inventory, memory);
  const gated = settings.gate?.(held.plan, inventory) ?? held.plan;
  const guarded = guardTugOfWar(gated, { nowSeconds, repairs });
  const logs =
    ports.logs &&
    (await lookAtLogs(
      ports.logs,
      inventory,
      memory.logs ?? new Map(),
      nowSeconds,
      (arn) => settings.only?.has(arn) ?? true,
    ));
  return {
    ...held,
    plan: byWhatWasSeen(guarded, { ports, settings, history, logs }),
    inventory,
    addresses,
    ...(follow === undefined ? {} : { follow }),
    ...(logs === undefined ? {} : { logs: logs.records }),
  };
}

/** Holds what relies on nobody having come, where that is not known. */
function byWhatWasSeen(
  plan: Plan,
  seen: {
    readonly ports: SurveyPorts;
    readonly settings: SweepSettings;
    readonly history: HistoryReading | undefined;
    readonly logs: LogLook | undefined;
  },
): Plan {
  const { ports, settings, history, logs } = seen;
  const isKnown = (arn: string): boolean =>
    history?.kind === "read" &&
    history.asked?.has(arn) !== false &&
    logs?.standings.get(arn)?.coversDay === true;
  const waiting =
    settings.firstSwapNeedsTraffic === true && settings.traffic === undefined
      ? holdFirstSwaps(plan, isKnown)
      : plan;
  if (logs === undefined) return waiting;
  const relies = ports.history !== undefined || settings.traffic !== undefined;
  const told = holdUnseen(waiting, logs.standings, relies);
  return { ...told, findings: [...told.findings, ...logs.findings] };
}

const onlyOf = (plan: Plan, only: ReadonlySet<string> | undefined): Plan =>
  only === undefined ? plan : planAbout(plan, only);

/** What the trail tells of the things that drifted. Nothing drifted, nothing asked: a trail answers twice a second. */
async function changesOf(plan: Plan, { trail }: SurveyPorts): Promise<readonly ResourceChange[]> {
  const drift = plan.databases.flatMap((d) => d.drift);
  if (trail === undefined || drift.length === 0) return [];
  return trail([...new Set(drift.flatMap(({ resources }) => resources))]);
}

/** Whom the trail names for rules that drifted: that RDS made one, or that a rule which stays is not RDS's after all. */
function makersThatMatter(
  { databases }: Plan,
  changes: readonly ResourceChange[],
): ReadonlyMap<string, RuleMaker> {
  const left = new Map(databases.flatMap((d) => d.drift).map((d) => [d.securityGroupRuleId, d.left]));
  return new Map(
    [...ruleMakers(changes)].filter(([id, maker]) => left.has(id) && left.get(id) === (maker === "other")),
  );
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
