import type { Diagnostic } from "../core/diagnostic.ts";
import { byDanger } from "../core/guard/by-danger.ts";
import type { RuleContent } from "../core/inventory/model.ts";
import type { DatabasePlan, Plan } from "../core/plan/plan.ts";
import { sourceText } from "../core/rule/rule-text.ts";
import type { DatabaseOutcome } from "./apply-outcome.ts";
import { applyPlan } from "./apply-plan.ts";
import type { ApplyPorts, DatabaseSteps } from "./apply-run.ts";
import { enforcementStart } from "./run-start.ts";
import { isOver } from "./run-time.ts";

/** Rounds of plan and apply after which a database that will not settle is left to the next run. */
export const MAX_ROUNDS = 4;
const PAUSE_MS = 2_000;

/** What a reconcile did. */
export interface ReconcileReport {
  /** The last plan: what is still pending or refused stands in it. When the time was over it is the one carried out. */
  readonly plan: Plan;
  /** One outcome a database that had steps, the last one where it took several rounds. */
  readonly outcomes: readonly DatabaseOutcome[];
  readonly rounds: number;
  readonly writeCalls: number;
  /** Why later waves were not begun although every database of the earlier ones ended well. */
  readonly halted?: Diagnostic;
}

/**
 * Brings every enforced database to what policy says: plans, carries out, reads the truth again, and goes on until
 * nothing is pending. Where a call failed in a way that a fresh look may mend, or the world moved, it takes another
 * round; a lost reply is never repeated blindly.
 */
export async function reconcile(
  ports: ApplyPorts,
  makePlan: () => Promise<Plan>,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const outcomes = new Map<string, DatabaseOutcome>();
  let plan = await makePlan();
  let rounds = 0;
  for (; rounds < (options.maxRounds ?? MAX_ROUNDS); rounds += 1) {
    const pending = byDanger(plan.databases.filter((d) => d.steps.length > 0 && mayTry(outcomes.get(d.arn))));
    if (pending.length === 0 || isOver({ ...options, clock: ports.clock })) break;
    options.onPlan?.(plan);
    if (rounds > 0) await ports.clock.sleep(PAUSE_MS * 2 ** rounds);
    for (const outcome of await applyPlan(ports, pending.map(databaseSteps), options)) {
      outcomes.set(outcome.arn, joined(outcomes.get(outcome.arn), outcome));
    }
    if (!isOver({ ...options, clock: ports.clock })) plan = await makePlan();
  }
  const all = [...outcomes.values()];
  return { plan, outcomes: all, rounds, writeCalls: all.reduce((sum, o) => sum + o.writeCalls, 0) };
}

export interface ReconcileOptions {
  readonly maxRounds?: number;
  readonly concurrency?: number;
  /** Milliseconds that one database's change may take. */
  readonly deadlineMs?: number;
  /** Moment of the clock, in milliseconds since 1970, after which no step is begun and nothing is planned again. */
  readonly stopAt?: number;
  /** True once somebody wants this process to end: the step at work is finished, and no other begun. */
  readonly stopRequested?: () => boolean;
  /** Told of each plan before it is carried out. */
  readonly onPlan?: (plan: Plan) => void;
}

/** A database is tried again unless its last failure is one that trying again cannot mend. */
const mayTry = (last: DatabaseOutcome | undefined): boolean =>
  last === undefined || last.problem === undefined || last.retryable;

function joined(before: DatabaseOutcome | undefined, now: DatabaseOutcome): DatabaseOutcome {
  if (before === undefined) return now;
  return {
    ...now,
    done: [...before.done, ...now.done],
    writeCalls: before.writeCalls + now.writeCalls,
    findings: [...before.findings, ...now.findings],
  };
}

/** The part of a database's plan that is carried out. */
export function databaseSteps(plan: DatabasePlan): DatabaseSteps {
  const { id, arn, kind, managedGroups, attachedGroups, listedGroups, rules, steps, basis } = plan;
  const named = new Set(rules.flatMap((r) => (r.standsFor === undefined ? [] : [sourceText(r.source)])));
  const members = plan.members.filter((m) => named.has(m.groupId));
  return {
    id,
    arn,
    kind,
    managedGroups,
    attachedGroups,
    ...(listedGroups === undefined ? {} : { listedGroups }),
    rules: [...rules, ...countedEgress(plan)],
    steps,
    ...(members.length === 0 ? {} : { members }),
    basis,
    start: enforcementStart(plan),
  };
}

/** The egress rules that must stand before anything is taken away or detached, those of later steps not yet. */
function countedEgress({ egress, steps }: DatabasePlan): readonly RuleContent[] {
  if (egress === undefined || egress.state === "waits") return [];
  if (egress.state !== "held") return [...egress.rules, ...egress.kept];
  const opened = steps.flatMap((s) => (s.action === "authorize" ? s.rules : []));
  return [...egress.kept, ...opened.filter((rule) => rule.direction === "egress")];
}
