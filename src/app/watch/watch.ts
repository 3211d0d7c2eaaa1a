import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { followFromNowOn } from "../../core/policy/incremental/follow-policy.ts";
import { expectedProblem } from "../expected-problem.ts";
import { awsLook, type IncidentLook, policyLook, runLook } from "../incident/looks.ts";
import type { PolicyInHand, PolicyKeeper } from "./keep-policy.ts";
import { EMPTY_MEMORY, type SweepMemory, type SweepSettings } from "./survey.ts";
import { type SweepPorts, sweep } from "./sweep.ts";
import { changeTeller } from "./tell-changes.ts";
import type { WatchCounts, WatchEvent } from "./watch-event.ts";

/** How often a watch looks. All in milliseconds. */
export interface WatchRhythm {
  /** Between two cheap questions whether policy changed. */
  readonly policyEveryMs: number;
  /** Between two whole reads of AWS while nothing seems to happen. */
  readonly sweepEveryMs: number;
  readonly heartbeatEveryMs: number;
}

export const DEFAULT_RHYTHM: WatchRhythm = {
  policyEveryMs: 30_000,
  sweepEveryMs: 300_000,
  heartbeatEveryMs: 3_600_000,
};

/** After a failure the next try waits longer each time, up to a quarter of an hour. */
const LONGEST_BACKOFF_MS = 900_000;
/** Watches do not all ask at the same moment: each wait is up to so much longer or shorter. */
const JITTER = 0.1;
/** A wait is slept in slices, so that a wish to stop is heard. */
const SLICE_MS = 1_000;

export interface WatchPorts extends SweepPorts {
  readonly policy: PolicyKeeper;
  readonly tell: (event: WatchEvent) => void;
  /** Hears what each look saw, so that incidents can be told elsewhere. Must not throw. */
  readonly notice?: (look: IncidentLook) => Promise<void>;
  /** True once somebody wants the watch to end: the step at work is finished first. */
  readonly stopRequested: () => boolean;
  /** From 0 up to but without 1; spreads the waits. */
  readonly random: () => number;
}

/**
 * Keeps every enforced database as policy says, until somebody wants it to end. While nothing changes it makes no write
 * call and asks policy a cheap question now and then. When policy or AWS cannot be had, nothing is written: what is in
 * force stays in force, and the next try waits longer.
 */
export async function watch(
  ports: WatchPorts,
  settings: SweepSettings,
  rhythm: WatchRhythm = DEFAULT_RHYTHM,
): Promise<WatchCounts> {
  const keeper = new Watch(ports, settings, rhythm, { ...EMPTY_MEMORY, follow: followFromNowOn });
  ports.tell({ kind: "started", policyEveryMs: rhythm.policyEveryMs, sweepEveryMs: rhythm.sweepEveryMs });
  while (!ports.stopRequested()) {
    await keeper.cycle();
    await keeper.rest();
  }
  ports.tell({ kind: "stopped", counts: keeper.counts });
  return keeper.counts;
}

/** One pass, as {@link watch} makes them: looks twice where something would be taken away. */
export async function watchOnce(ports: WatchPorts, settings: SweepSettings): Promise<WatchPass> {
  const keeper = new Watch(ports, settings, DEFAULT_RHYTHM, EMPTY_MEMORY);
  await keeper.cycle();
  if (keeper.holds && !ports.stopRequested()) {
    await keeper.rest();
    await keeper.cycle();
  }
  ports.tell({ kind: "stopped", counts: keeper.counts });
  return {
    counts: keeper.counts,
    halted: keeper.halted,
    ...(keeper.plan === undefined ? {} : { plan: keeper.plan }),
  };
}

export interface WatchPass {
  readonly counts: WatchCounts;
  /** True when refused clients stopped a rollout. */
  readonly halted: boolean;
  /** How things stand at the end; absent when AWS or policy could not be read. */
  readonly plan?: Plan;
}

class Watch {
  readonly #ports: WatchPorts;
  readonly #settings: SweepSettings;
  readonly #rhythm: WatchRhythm;
  readonly #tellChanges: ReturnType<typeof changeTeller>;
  readonly #failures = { policy: 0, aws: 0 };
  readonly #counts = { policyChecks: 0, sweeps: 0, writeCalls: 0, problems: 0 };
  #memory: SweepMemory;
  #policyAt = 0;
  #sweepAt = 0;
  #heartbeatAt: number;
  #askAgainAt: number | undefined;
  #inHand: PolicyInHand | undefined;
  plan: Plan | undefined;

  constructor(ports: WatchPorts, settings: SweepSettings, rhythm: WatchRhythm, memory: SweepMemory) {
    this.#memory = memory;
    this.#ports = ports;
    this.#settings = settings;
    this.#rhythm = rhythm;
    this.#tellChanges = changeTeller(ports.tell);
    this.#heartbeatAt = ports.clock.now() + rhythm.heartbeatEveryMs;
  }

  get counts(): WatchCounts {
    return { ...this.#counts };
  }

  /** True while a revocation waits for a second answer of policy. */
  get holds(): boolean {
    return this.#askAgainAt !== undefined;
  }

  /** True while a rollout stands still because clients are refused. */
  get halted(): boolean {
    return this.#memory.halted !== undefined;
  }

  /** Does what is due, and nothing else. */
  async cycle(): Promise<void> {
    if (this.#now() >= this.#policyAt) await this.#checkPolicy();
    if (this.#failures.policy === 0 && this.#now() >= this.#sweepAt) await this.#sweep();
    if (this.#now() < this.#heartbeatAt) return;
    this.#heartbeatAt = this.#now() + this.#rhythm.heartbeatEveryMs;
    this.#ports.tell({ kind: "heartbeat", ...standing(this.plan), counts: this.counts });
  }

  /** Sleeps until something is due, or somebody wants the watch to end. */
  async rest(): Promise<void> {
    const sweepAt = this.#failures.policy === 0 ? this.#sweepAt : Number.POSITIVE_INFINITY;
    const until = Math.min(this.#policyAt, sweepAt, this.#heartbeatAt);
    while (!this.#ports.stopRequested()) {
      const left = until - this.#now();
      if (left <= 0) return;
      await this.#ports.clock.sleep(Math.min(left, SLICE_MS));
    }
  }

  #now(): number {
    return this.#ports.clock.now();
  }

  #after(milliseconds: number): number {
    return this.#now() + Math.round(milliseconds * (1 + JITTER * (2 * this.#ports.random() - 1)));
  }

  async #checkPolicy(): Promise<void> {
    this.#counts.policyChecks += 1;
    const again = this.#askAgainAt !== undefined && this.#now() >= this.#askAgainAt;
    const before = this.#inHand;
    await this.#attempt("policy", async () => {
      const inHand = await this.#ports.policy.refresh(again);
      this.#inHand = inHand;
      const changed =
        before !== undefined && (inHand.why.length > 0 || before.policy.version !== inHand.policy.version);
      if (changed)
        this.#ports.tell({ kind: "policyChanged", version: inHand.policy.version, why: inHand.why });
      if (changed || again || before === undefined) this.#sweepAt = this.#now();
      this.#policyAt = this.#nextPolicyCheck();
    });
  }

  #nextPolicyCheck(): number {
    const usual = this.#after(this.#rhythm.policyEveryMs);
    return this.#askAgainAt === undefined ? usual : Math.max(this.#now(), Math.min(usual, this.#askAgainAt));
  }

  async #sweep(): Promise<void> {
    const inHand = this.#inHand;
    if (inHand === undefined) return;
    this.#counts.sweeps += 1;
    await this.#attempt("aws", async () => {
      const done = await sweep(this.#ports, this.#settings, inHand, this.#memory, this.#ports.stopRequested);
      this.#memory = done.memory;
      this.#counts.writeCalls += done.report.writeCalls;
      this.#askAgainAt = done.askAgainAt;
      this.plan = done.report.plan;
      this.#tellChanges(done);
      await this.#ports.notice?.(runLook(done));
      this.#sweepAt = this.#after(this.#rhythm.sweepEveryMs);
      if (done.askAgainAt !== undefined) this.#policyAt = Math.min(this.#policyAt, done.askAgainAt);
    });
  }

  /** Tells what went wrong, once, and when it is tried again; and that it goes again. */
  async #attempt(of: "policy" | "aws", work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const problem = expectedProblem(error) ?? unexpected(error);
      this.#failed(of, problem);
      await this.#ports.notice?.(of === "policy" ? policyLook(problem) : awsLook(problem));
      return;
    }
    if (this.#failures[of] > 0)
      await this.#ports.notice?.(of === "policy" ? policyLook(undefined) : awsLook(undefined));
    if (this.#failures[of] > 0) this.#ports.tell({ kind: "recovered", of });
    this.#failures[of] = 0;
  }

  #failed(of: "policy" | "aws", problem: Diagnostic): void {
    this.#counts.problems += 1;
    this.#failures[of] += 1;
    const usual = of === "policy" ? this.#rhythm.policyEveryMs : this.#rhythm.sweepEveryMs;
    const longest = Math.max(LONGEST_BACKOFF_MS, usual);
    const retryInMs = Math.min(this.#rhythm.policyEveryMs * 2 ** (this.#failures[of] - 1), longest);
    const at = this.#after(retryInMs);
    if (of === "policy") this.#policyAt = at;
    else this.#sweepAt = at;
    if (this.#failures[of] === 1) this.#ports.tell({ kind: "problem", of, problem, retryInMs });
  }
}

function standing(plan: Plan | undefined) {
  const databases = plan?.databases ?? [];
  return {
    databases: databases.length,
    inSync: databases.filter((d) => d.inSync).length,
    refused: databases.filter((d) => d.refused.length > 0).length,
  };
}

/** A fault of ours must not end the watch either; it is told with what there is to tell. */
const unexpected = (error: unknown): Diagnostic => ({
  code: "UNEXPECTED",
  what: error instanceof Error ? error.message : String(error),
  why: "This is a fault of Moat itself, or of the machine it runs on",
  fix: "Report it with the lines around this one",
});
