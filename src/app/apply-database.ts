import type { Diagnostic } from "../core/diagnostic.ts";
import type { Step } from "../core/plan/plan.ts";
import { AwsFault } from "../ports/aws-fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { ApplyStatus, DatabaseOutcome } from "./apply-outcome.ts";
import type { ApplyPorts, DatabaseSteps, Run } from "./apply-run.ts";
import { carryOutStep, StepStopped } from "./carry-out-step.ts";
import { isOver, outOfTime } from "./run-time.ts";

/** Time that one database's change may take before it is left where it safely stands: 15 minutes. */
export const DEFAULT_DEADLINE_MS = 15 * 60_000;

/** When to leave a database where it safely stands. */
export interface ApplyLimits {
  /** Milliseconds from the database's first step. */
  readonly deadlineMs?: number;
  /** Moment of the clock, in milliseconds since 1970, whatever database is at work then. */
  readonly stopAt?: number;
  /** Asked before each step: true leaves the database where it safely stands. */
  readonly stopRequested?: () => boolean;
}

/** Carries out one database's steps in order. Decides nothing: it stops where the world is not as the plan says. */
export async function applyDatabase(
  ports: ApplyPorts,
  database: DatabaseSteps,
  limits: ApplyLimits = {},
): Promise<DatabaseOutcome> {
  const run: Run = {
    ports,
    database,
    deadline: deadlineOf(ports.clock, limits),
    created: new Map(),
    attached: database.listedGroups ?? database.attachedGroups,
    writeCalls: 0,
    findings: [],
  };
  const done: Step[] = [];
  for (const step of database.steps) {
    const stopped = isOver({ ...limits, clock: ports.clock, stopAt: run.deadline })
      ? tooLate(run, limits)
      : await attempt(run, step);
    if (stopped !== undefined) return outcome(run, done, stopped.status, stopped);
    done.push(step);
  }
  return outcome(run, done, done.length === 0 ? "inSync" : "done");
}

const deadlineOf = (clock: Clock, { deadlineMs = DEFAULT_DEADLINE_MS, stopAt }: ApplyLimits): number =>
  Math.min(clock.now() + deadlineMs, stopAt ?? Number.POSITIVE_INFINITY);

const tooLate = (run: Run, { stopRequested }: ApplyLimits): Stop => ({
  status: "failed",
  problem:
    stopRequested?.() === true
      ? stoppedOnRequest(run.database.id)
      : outOfTime(`Database "${run.database.id}" was left where it safely stands`),
  retryable: true,
});

const stoppedOnRequest = (id: string): Diagnostic => ({
  code: "STOPPED",
  what: `Database "${id}" was left where it safely stands`,
  why: "Somebody asked this process to end, and every step leaves a safe state behind",
  fix: "Nothing; the next run takes up where this one stopped",
});

interface Stop {
  readonly status: ApplyStatus;
  readonly problem: Diagnostic;
  readonly retryable: boolean;
}

async function attempt(run: Run, step: Step): Promise<Stop | undefined> {
  run.ports.onStep?.(run.database.id, step);
  try {
    await carryOutStep(run, step);
    return undefined;
  } catch (error) {
    if (error instanceof StepStopped)
      return { status: error.status, problem: error.problem, retryable: true };
    if (error instanceof AwsFault)
      return {
        status: "failed",
        problem: faultProblem(run, step, error),
        retryable: RETRYABLE.has(error.kind),
      };
    throw error;
  }
}

const RETRYABLE: ReadonlySet<AwsFault["kind"]> = new Set([
  "throttled",
  "busy",
  "staleRead",
  "unreachable",
  "unavailable",
  "duplicate",
  "notFound",
  "inUse",
]);

function faultProblem(run: Run, step: Step, fault: AwsFault): Diagnostic {
  return {
    code: `AWS_${fault.kind.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`,
    what: `${fault.operation} for database "${run.database.id}" failed: ${fault.message}`,
    why: `The step was to ${describe(step)}; what was done before it is safe to keep`,
    fix: fault.fix,
  };
}

const describe = (step: Step): string => step.action.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);

function outcome(run: Run, done: readonly Step[], status: ApplyStatus, stop?: Stop): DatabaseOutcome {
  return {
    id: run.database.id,
    arn: run.database.arn,
    status,
    done,
    writeCalls: run.writeCalls,
    ...(stop === undefined ? {} : { problem: stop.problem }),
    retryable: stop?.retryable ?? false,
    findings: run.findings,
  };
}
