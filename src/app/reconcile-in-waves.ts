import type { Diagnostic } from "../core/diagnostic.ts";
import { type RisenReject, risenText } from "../core/guard/risen-rejects.ts";
import { onlyOf, REPAIRS, type Wave, type WaveSettings, wavesOf } from "../core/guard/waves.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { ApplyPorts } from "./apply-run.ts";
import { expectedProblem } from "./expected-problem.ts";
import { type ReconcileOptions, type ReconcileReport, reconcile } from "./reconcile.ts";
import { isOver } from "./run-time.ts";
import { type RecentFlows, WaveWatch } from "./wave-watch.ts";

/** What is told of waves as they go. */
export type WaveEvent =
  | { readonly kind: "begun"; readonly number: number; readonly of: number; readonly wave: Wave }
  /** Flow logs are watched for so long before the next wave, of which there may be none left. */
  | { readonly kind: "watching"; readonly forMs: number; readonly left: number }
  /** Nothing came that could have told of refused clients. */
  | { readonly kind: "unseen" }
  | { readonly kind: "stopped"; readonly failed: readonly string[]; readonly left: number }
  /** Clients are refused, or whether they are cannot be told. */
  | { readonly kind: "halted"; readonly finding: Diagnostic; readonly left: number };

export interface WaveOptions extends ReconcileOptions {
  readonly onWave?: (event: WaveEvent) => void;
  /** Absent: nobody looks how clients fare between waves. */
  readonly flows?: RecentFlows;
  /** Why an earlier run stopped: only repairs are made. */
  readonly held?: Diagnostic;
}

/** Flow logs are cut every five minutes: to look more often shows nothing more. */
const LOOK_EVERY_MS = 300_000;
const SLICE_MS = 1_000;

/**
 * Reconciles wave by wave. Clients are watched after each of several waves, the last one, too. When a database of a wave ends otherwise than done, or clients that policy allows are refused
 * at a database that was changed, the later waves are left alone: what went wrong with a few must not go wrong with all.
 * Without settings all databases are one wave.
 */
export async function reconcileInWaves(
  ports: ApplyPorts,
  makePlan: () => Promise<Plan>,
  settings: WaveSettings | undefined,
  options: WaveOptions = {},
): Promise<ReconcileReport> {
  if (settings === undefined) return reconcile(ports, makePlan, options);
  return new Rollout(ports, makePlan, settings, options).run();
}

class Rollout {
  readonly #ports: ApplyPorts;
  readonly #makePlan: () => Promise<Plan>;
  readonly #settings: WaveSettings;
  readonly #options: WaveOptions;
  #watch: WaveWatch | undefined;

  constructor(
    ports: ApplyPorts,
    makePlan: () => Promise<Plan>,
    settings: WaveSettings,
    options: WaveOptions,
  ) {
    this.#ports = ports;
    this.#makePlan = makePlan;
    this.#settings = settings;
    this.#options = options;
  }

  async run(): Promise<ReconcileReport> {
    const { held } = this.#options;
    const first = await this.#makePlan();
    const report: ReconcileReport = { plan: first, outcomes: [], rounds: 0, writeCalls: 0 };
    const all = wavesOf(first, this.#settings);
    if (held !== undefined) {
      const repairs = all.filter(({ name }) => name === REPAIRS);
      return { ...(await this.#waves(report, repairs)), halted: held };
    }
    const unread = await this.#beginWatch(all);
    return unread === undefined
      ? this.#waves(report, all)
      : this.#halted(report, unread, countDatabases(all));
  }

  /** How clients fare before the first wave. */
  async #beginWatch(waves: readonly Wave[]): Promise<Diagnostic | undefined> {
    const { flows } = this.#options;
    const { watch } = this.#settings;
    const rollout = waves.filter(({ name }) => name !== REPAIRS);
    if (watch === undefined || flows === undefined || rollout.length < 2) return undefined;
    const begun = new WaveWatch(flows, watch);
    this.#watch = begun;
    return this.#tried(() => begun.begin());
  }

  async #waves(before: ReconcileReport, waves: readonly Wave[]): Promise<ReconcileReport> {
    const { onWave } = this.#options;
    let report = before;
    for (const [i, wave] of waves.entries()) {
      onWave?.({ kind: "begun", number: i + 1, of: waves.length, wave });
      report = await this.#wave(report, wave);
      const left = countDatabases(waves.slice(i + 1));
      if (this.#haveFailed(report, left)) return report;
      if (wave.name === REPAIRS) continue;
      const between = await this.#between(report, left);
      report = between.report;
      if (between.finding !== undefined) return this.#halted(report, between.finding, left);
      if (isOver({ ...this.#options, clock: this.#ports.clock })) return report;
    }
    return report;
  }

  #haveFailed({ outcomes }: ReconcileReport, left: number): boolean {
    const failed = outcomes.filter((o) => o.problem !== undefined).map((o) => o.id);
    if (failed.length > 0 && left > 0) this.#options.onWave?.({ kind: "stopped", failed, left });
    return failed.length > 0;
  }

  #halted(report: ReconcileReport, finding: Diagnostic, left: number): ReconcileReport {
    this.#options.onWave?.({ kind: "halted", finding, left });
    return { ...report, halted: finding };
  }

  /** The plan after a wave is the first of the next one, so a wave costs no read of its own. */
  async #wave(before: ReconcileReport, wave: Wave): Promise<ReconcileReport> {
    let whole = before.plan;
    let isFirst = true;
    const report = await reconcile(
      this.#ports,
      async () => {
        if (!isFirst) whole = await this.#makePlan();
        isFirst = false;
        return onlyOf(whole, wave.arns);
      },
      this.#options,
    );
    for (const { arn, writeCalls } of report.outcomes)
      if (writeCalls > 0) this.#watch?.changed(arn, this.#ports.clock.now());
    return joined(before, { ...report, plan: whole });
  }

  /**
   * Lets clients meet what was changed, and looks how they fare. Somebody's tampering does not wait for that: it is
   * repaired meanwhile, and the next wave starts from a plan of then.
   */
  async #between(
    before: ReconcileReport,
    left: number,
  ): Promise<{ readonly report: ReconcileReport; readonly finding?: Diagnostic }> {
    const watch = this.#watch;
    let report = before;
    if (watch === undefined) return { report };
    const { clock } = this.#ports;
    const { forMs } = watch.settings;
    const until = clock.now() + forMs;
    const seen = watch.objects;
    this.#options.onWave?.({ kind: "watching", forMs, left });
    while (clock.now() < until) {
      await this.#sleep(Math.min(LOOK_EVERY_MS, until - clock.now()));
      if (isOver({ ...this.#options, clock })) return { report };
      let risen: readonly RisenReject[] = [];
      const unread = await this.#tried(async () => {
        risen = await watch.look(report.plan);
      });
      if (unread !== undefined) return { report, finding: unread };
      if (risen.length > 0) return { report, finding: refusedClients(risen) };
      report = await this.#repair(report);
    }
    if (watch.objects === seen) this.#options.onWave?.({ kind: "unseen" });
    return { report };
  }

  async #repair(before: ReconcileReport): Promise<ReconcileReport> {
    const plan = await this.#makePlan();
    const repairs = wavesOf(plan, this.#settings).find(({ name }) => name === REPAIRS);
    return repairs === undefined ? { ...before, plan } : this.#wave({ ...before, plan }, repairs);
  }

  async #sleep(milliseconds: number): Promise<void> {
    const { clock } = this.#ports;
    const until = clock.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = until - clock.now()) {
      if (isOver({ ...this.#options, clock })) return;
      await clock.sleep(Math.min(left, SLICE_MS));
    }
  }

  /** What kept flow logs from being read, if anything did. */
  async #tried(work: () => Promise<void>): Promise<Diagnostic | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      const problem = expectedProblem(error);
      if (problem === undefined) throw error;
      return {
        ...problem,
        why: `${problem.why}. Without flow logs nobody can say whether clients are refused, so no further wave is begun`,
      };
    }
  }
}

const countDatabases = (waves: readonly Wave[]): number =>
  waves.reduce((sum, { arns }) => sum + arns.length, 0);

function refusedClients(risen: readonly RisenReject[]): Diagnostic {
  const [first] = risen;
  const isOne = risen.length === 1;
  return {
    code: "ALLOWED_CONSUMERS_REJECTED",
    what: `${risen.length} ${isOne ? "consumer" : "consumers"} that policy allows ${isOne ? "is" : "are"} refused since the change: ${risenText(risen)}`,
    why: "Before the first wave it was not so, and what is wrong with the first databases may be wrong with all",
    fix: `Look why: "moat explain ${first?.consumer} ${first?.id}"; go back with "moat rollback ${first?.id}", or run again once it is mended`,
  };
}

const joined = (before: ReconcileReport, now: ReconcileReport): ReconcileReport => ({
  plan: now.plan,
  outcomes: [...before.outcomes, ...now.outcomes],
  rounds: before.rounds + now.rounds,
  writeCalls: before.writeCalls + now.writeCalls,
});
