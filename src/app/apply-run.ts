import type { Diagnostic } from "../core/diagnostic.ts";
import type { RuleContent } from "../core/inventory/model.ts";
import type { Step } from "../core/plan/plan.ts";
import { stepDocument } from "../core/plan/plan-document.ts";
import type { GroupMembers } from "../core/rule/reference-members.ts";
import type { AuditLog, RunStart } from "../ports/audit-log.ts";
import type { Clock } from "../ports/clock.ts";
import type { Enforcement } from "../ports/enforcement.ts";
import type { LiveState } from "../ports/inventory-source.ts";

/** The part of a plan that is carried out for one database. */
export interface DatabaseSteps {
  readonly id: string;
  readonly arn: string;
  readonly kind: string;
  readonly managedGroups: readonly string[];
  readonly attachedGroups: readonly string[];
  /** What RDS lists when the steps begin, where that is not `attachedGroups`. */
  readonly listedGroups?: readonly string[];
  /** All that its managed groups are to say; nothing is attached or detached unless it stands. */
  readonly rules: readonly RuleContent[];
  readonly steps: readonly Step[];
  /** Who carries the groups that desired rules name, as the plan found it. Absent: no rule names one. */
  readonly members?: readonly GroupMembers[];
  readonly basis: string;
  /** Put on record with the first write. */
  readonly start?: RunStart;
}

/** What carrying out a plan needs of the world. */
export interface ApplyPorts {
  readonly live: LiveState;
  readonly enforcement: Enforcement;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Told of each step as it starts. */
  readonly onStep?: (database: string, step: Step) => void;
}

/** Mutable state of one database's run. */
export interface Run {
  readonly ports: ApplyPorts;
  readonly database: DatabaseSteps;
  readonly deadline: number;
  /** Ids of groups that this run created, by their name in the plan. */
  readonly created: Map<string, string>;
  /** Groups that RDS should list for the database at this point. */
  attached: readonly string[];
  writeCalls: number;
  readonly findings: Diagnostic[];
}

/** Records a write, then makes it. A write that cannot be recorded is not made. */
export async function recordedWrite<T>(run: Run, step: Step, make: () => Promise<T>): Promise<T> {
  await run.ports.audit.record({
    at: new Date(run.ports.clock.now()).toISOString(),
    database: run.database.arn,
    action: step.action,
    step: stepDocument(step),
    why: step.why,
    basis: run.database.basis,
    ...(run.created.size === 0 ? {} : { created: Object.fromEntries(run.created) }),
    ...(run.writeCalls > 0 || run.database.start === undefined ? {} : { start: run.database.start }),
  });
  run.writeCalls += 1;
  return make();
}
