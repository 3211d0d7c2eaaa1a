import { onlyOf, type Wave, type WaveSettings, wavesOf } from "../core/guard/waves.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { ApplyPorts } from "./apply-run.ts";
import { type ReconcileOptions, type ReconcileReport, reconcile } from "./reconcile.ts";

/** What is told of waves as they go. */
export type WaveEvent =
  | { readonly kind: "begun"; readonly number: number; readonly of: number; readonly wave: Wave }
  | { readonly kind: "stopped"; readonly failed: readonly string[]; readonly left: number };

/**
 * Reconciles wave by wave. When a database of a wave ends otherwise than done, the later waves are left alone: what
 * went wrong with a few must not go wrong with all. Without settings all databases are one wave.
 */
export async function reconcileInWaves(
  ports: ApplyPorts,
  makePlan: () => Promise<Plan>,
  settings: WaveSettings | undefined,
  options: ReconcileOptions & { readonly onWave?: (event: WaveEvent) => void } = {},
): Promise<ReconcileReport> {
  if (settings === undefined) return reconcile(ports, makePlan, options);
  const first = await makePlan();
  const waves = wavesOf(first, settings);
  let report: ReconcileReport = { plan: first, outcomes: [], rounds: 0, writeCalls: 0 };
  for (const [i, wave] of waves.entries()) {
    options.onWave?.({ kind: "begun", number: i + 1, of: waves.length, wave });
    report = joined(report, await oneWave(ports, makePlan, report.plan, wave, options));
    const failed = report.outcomes.filter((o) => o.problem !== undefined).map((o) => o.id);
    if (failed.length === 0) continue;
    const left = waves.slice(i + 1).reduce((sum, w) => sum + w.arns.length, 0);
    if (left > 0) options.onWave?.({ kind: "stopped", failed, left });
    break;
  }
  return report;
}

/** The plan after a wave is the first of the next one, so a wave costs no read of its own. */
async function oneWave(
  ports: ApplyPorts,
  makePlan: () => Promise<Plan>,
  before: Plan,
  wave: Wave,
  options: ReconcileOptions,
): Promise<ReconcileReport> {
  let whole = before;
  let isFirst = true;
  const report = await reconcile(
    ports,
    async () => {
      if (!isFirst) whole = await makePlan();
      isFirst = false;
      return onlyOf(whole, wave.arns);
    },
    options,
  );
  return { ...report, plan: whole };
}

const joined = (before: ReconcileReport, now: ReconcileReport): ReconcileReport => ({
  plan: now.plan,
  outcomes: [...before.outcomes, ...now.outcomes],
  rounds: before.rounds + now.rounds,
  writeCalls: before.writeCalls + now.writeCalls,
});
