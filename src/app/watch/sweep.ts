import { formatUtc } from "../../core/flow/utc-time.ts";
import { repaired, repairMoment } from "../../core/guard/tug-of-war.ts";
import type { DatabaseAddress } from "../../core/inventory/database-addresses.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { DatabasePlan, Plan } from "../../core/plan/plan.ts";
import { membersKey } from "../../core/rule/reference-members.ts";
import { ruleKey } from "../../core/rule/rule-key.ts";
import type { ApplyPorts } from "../apply-run.ts";
import type { Traffic } from "../read-traffic.ts";
import type { ReconcileReport } from "../reconcile.ts";
import { reconcileInWaves } from "../reconcile-in-waves.ts";
import type { PolicyInHand } from "./keep-policy.ts";
import { afterNarrowing, type NoteNarrowed, noted } from "./note-narrowed.ts";
import { type SurveyPorts, type SweepMemory, type SweepSettings, survey } from "./survey.ts";

/** What an unattended run reads and writes. */
export interface SweepPorts extends ApplyPorts, SurveyPorts {
  /** Flow logs that came since the last call; absent where none are followed. */
  readonly newFlows?: () => Promise<Traffic>;
  /** Absent where nobody waits for what comes of a narrowing. */
  readonly noteNarrowed?: NoteNarrowed;
  /** Told of the first plan before anything of it is carried out. */
  readonly beforeWriting?: (plan: Plan) => Promise<void>;
}

export interface SweepReport {
  readonly report: ReconcileReport;
  /** The first plan, before anything was done: what was found stands in it. */
  readonly found: Plan;
  readonly memory: SweepMemory;
  /** When policy should be read again because something is held. */
  readonly askAgainAt?: number;
}

/**
 * One unattended run: looks ({@link survey}) and carries out what may be carried out, until nothing is pending.
 */
export async function sweep(
  ports: SweepPorts,
  settings: SweepSettings,
  inHand: PolicyInHand,
  memory: SweepMemory,
  stopRequested: () => boolean = () => false,
): Promise<SweepReport> {
  const plans: Plan[] = [];
  const narrowed = new Set<string>();
  let { withdrawals, follow, logs } = memory;
  let askAgainAt: number | undefined;
  let inventory: Inventory | undefined;
  let addresses: readonly DatabaseAddress[] = [];
  async function makePlan(): Promise<Plan> {
    const seen = await survey(ports, settings, inHand, {
      ...memory,
      withdrawals,
      ...(follow === undefined ? {} : { follow }),
      ...(logs === undefined ? {} : { logs }),
    });
    ({ inventory, addresses, withdrawals, askAgainAt, follow, logs } = {
      askAgainAt: undefined,
      follow: undefined,
      logs,
      ...seen,
    });
    const plan = await noted(ports.noteNarrowed, seen.plan, narrowed);
    if (plans.length === 0) await ports.beforeWriting?.(plan);
    plans.push(plan);
    return plan;
  }
  const { newFlows } = ports;
  const { version } = inHand.policy;
  const report = await reconcileInWaves(ports, makePlan, settings.waves, {
    stopRequested,
    ...(newFlows === undefined
      ? {}
      : { flows: { before: async () => settings.traffic, next: newFlows, addresses: () => addresses } }),
    ...(memory.halted?.version === version ? { held: memory.halted.finding } : {}),
  });
  const found = plans[0] ?? report.plan;
  return {
    report,
    found,
    memory: {
      withdrawals,
      remembered:
        inventory === undefined ? memory.remembered : rememberStanding(report.plan, inventory, memory),
      repairs: withRepairs(memory.repairs, found, report, ports.clock.now()),
      ...afterNarrowing(memory, narrowed, report, ports.clock.now()),
      ...(logs === undefined ? {} : { logs }),
      ...(follow === undefined ? {} : { follow }),
      ...(report.halted === undefined ? {} : { halted: { finding: report.halted, version } }),
    },
    ...(askAgainAt === undefined ? {} : { askAgainAt }),
  };
}

/** What stands at each database that is in sync now; of the others, what stood when it last was. */
export function rememberStanding(
  plan: Plan,
  inventory: Inventory,
  memory: SweepMemory,
): SweepMemory["remembered"] {
  const groups = new Map(inventory.securityGroups.map((g) => [g.groupId as string, g]));
  const remembered = new Map(memory.remembered);
  for (const database of plan.databases.filter((d) => d.inSync || d.mode === "observe")) {
    const managed = database.managedGroups.flatMap((id) => groups.get(id) ?? []);
    if (managed.length === 0) remembered.delete(database.arn);
    else
      remembered.set(database.arn, {
        managedGroups: database.managedGroups,
        ruleKeys: new Set([
          ...managed.flatMap((g) => g.rules.map(ruleKey)),
          ...database.members.map(membersKey),
        ]),
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
  // The moment that stands on the group, or else one repair would count twice where a second ends in between.
  for (const d of found.databases.filter(mended))
    repairs.set(d.arn, [...(repairs.get(d.arn) ?? []), repairMoment(d) ?? formatUtc(now / 1000)]);
  return repairs;
}
