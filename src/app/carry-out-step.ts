import { assertNever } from "../core/assert-never.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { RuleContent } from "../core/inventory/model.ts";
import { sameGroups } from "../core/plan/membership-steps.ts";
import type { Step } from "../core/plan/plan.ts";
import { ruleKey } from "../core/rule/rule-key.ts";
import { AwsFault } from "../ports/aws-fault.ts";
import type { ApplyStatus } from "./apply-outcome.ts";
import { type Run, recordedWrite } from "./apply-run.ts";
import { changedMembers } from "./changed-members.ts";
import { waitUntilActive } from "./wait-until-active.ts";

/** The world is not as the plan says; the rest of this database's steps is left undone. */
export class StepStopped extends Error {
  readonly status: ApplyStatus;
  readonly problem: Diagnostic;
  constructor(status: ApplyStatus, problem: Diagnostic) {
    super(problem.what);
    this.name = "StepStopped";
    this.status = status;
    this.problem = problem;
  }
}

type StepOf<A extends Step["action"]> = Extract<Step, { action: A }>;

// A group that was just created, or a rule that was just authorised, may be missing from reads for some seconds:
// https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
const SETTLE_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Carries out one step of a plan. */
export async function carryOutStep(run: Run, step: Step): Promise<void> {
  switch (step.action) {
    case "createSecurityGroup":
      return createGroup(run, step);
    case "authorize":
      return authorize(run, step);
    case "revoke":
      return revoke(run, step);
    case "setDatabaseGroups":
      return setDatabaseGroups(run, step);
    case "waitUntilActive":
      return wait(run, step);
    case "tag":
      return tag(run, step);
    case "deleteSecurityGroup":
      return deleteGroup(run, step);
    default:
      return assertNever(step);
  }
}

const resolve = (run: Run, ref: string): string => run.created.get(ref) ?? ref;

async function createGroup(run: Run, step: StepOf<"createSecurityGroup">): Promise<void> {
  const { name, description, vpcId, tags } = step;
  const id = await recordedWrite(run, step, () =>
    run.ports.enforcement.createSecurityGroup({ name, description, vpcId, tags }),
  );
  run.created.set(step.group, id);
}

async function authorize(run: Run, step: StepOf<"authorize">): Promise<void> {
  if (step.rules.some((rule) => rule.source.kind === "securityGroup")) await expectMembers(run);
  const groupId = resolve(run, step.group);
  const isNew = run.created.has(step.group);
  await settling(run, isNew, () =>
    recordedWrite(run, step, () => run.ports.enforcement.authorize(groupId, step.rules, step.ruleTags)),
  );
}

/**
 * Takes rules away, but only while the rules that the plan counts on in their place are seen to stand: another run, with
 * another answer of policy, may have taken them away since. Rules that the plan adds only later are not counted on yet.
 */
async function revoke(run: Run, step: StepOf<"revoke">): Promise<void> {
  await expectRules(run, [...run.database.managedGroups, ...run.created.values()], countedAt(run, step));
  await expectMembers(run);
  return recordedWrite(run, step, () => run.ports.enforcement.revoke(resolve(run, step.group), step.rules));
}

function countedAt(run: Run, step: Step): readonly RuleContent[] {
  const { steps, rules } = run.database;
  const later = new Set(
    steps.slice(steps.indexOf(step)).flatMap((s) => (s.action === "authorize" ? s.rules.map(ruleKey) : [])),
  );
  return rules.filter((rule) => !later.has(ruleKey(rule)));
}

/** Repeats a call on a group of ours that reads may not show yet. */
async function settling(run: Run, isNew: boolean, call: () => Promise<void>): Promise<void> {
  for (const delay of isNew ? SETTLE_DELAYS_MS : []) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind !== "notFound") throw error;
      await run.ports.clock.sleep(delay);
    }
  }
  return call();
}

/**
 * Replaces the list of groups, but only if the database still carries the list that the plan expects at this point,
 * and the rules that this run authorised are seen to stand: nothing is detached on faith.
 */
async function setDatabaseGroups(run: Run, step: StepOf<"setDatabaseGroups">): Promise<void> {
  const groups = step.groups.map((ref) => resolve(run, ref));
  const { id, kind } = run.database;
  await whileBusy(run, async () => {
    // Looked at again after each wait: a database is busy because somebody changes it, a rollback perhaps, which
    // deletes the very group that is to be attached.
    await expectAttached(run);
    await expectRules(run, groups, countedAt(run, step));
    await expectMembers(run);
    await recordedWrite(run, step, () => run.ports.enforcement.setDatabaseGroups({ id, kind }, groups));
  });
  run.attached = groups;
}

async function expectAttached(run: Run): Promise<void> {
  const database = await run.ports.live.readDatabase(run.database.arn);
  if (database === undefined) throw gone(run);
  const carried = [
    ...new Set(database.memberships.filter((m) => m.status !== "removing").map((m) => m.groupId as string)),
  ];
  if (sameGroups(carried, run.attached)) return;
  throw new StepStopped("moved", {
    code: "DATABASE_GROUPS_MOVED",
    what: `Database "${run.database.id}" carries ${carried.join(", ")} instead of ${run.attached.join(", ")}`,
    why: "Somebody else changed its groups since the plan was made",
    fix: "Make a new plan",
  });
}

/** A rule that names a group means what the plan meant only as long as the same interfaces carry the group. */
async function expectMembers(run: Run): Promise<void> {
  const changed = await changedMembers(run.ports.live, run.database.members ?? []);
  if (changed !== undefined) throw new StepStopped("moved", changed);
}

/** Reads the desired rules back, with patience for reads that lag behind. */
async function expectRules(
  run: Run,
  groups: readonly string[],
  rules: readonly RuleContent[],
): Promise<void> {
  const managed = [...run.database.managedGroups, ...run.created.values()];
  const ids = [...new Set(groups.filter((id) => managed.includes(id)))];
  if (ids.length === 0) return;
  let absent = 0;
  for (const delay of [0, ...SETTLE_DELAYS_MS]) {
    await run.ports.clock.sleep(delay);
    absent = await countAbsent(run, ids, rules);
    if (absent === 0) return;
  }
  throw new StepStopped("moved", {
    code: "RULES_MISSING",
    what: `${absent} of the planned rules are not in ${ids.join(", ")}`,
    why: "Attaching, detaching or revoking now could cut a client that policy allows",
    fix: "Make a new plan",
  });
}

async function countAbsent(
  run: Run,
  groupIds: readonly string[],
  rules: readonly RuleContent[],
): Promise<number> {
  if (rules.length === 0) return 0;
  const live = await run.ports.live.readSecurityGroups(groupIds);
  const standing = new Set(live.flatMap((g) => g.rules.map(ruleKey)));
  return rules.filter((r) => !standing.has(ruleKey(r))).length;
}

async function whileBusy(run: Run, call: () => Promise<void>): Promise<void> {
  for (let delay = 1_000; ; delay = Math.min(delay * 2, 30_000)) {
    try {
      return await call();
    } catch (error) {
      const retry =
        error instanceof AwsFault && error.kind === "busy" && run.ports.clock.now() + delay <= run.deadline;
      if (!retry) throw error;
      await run.ports.clock.sleep(delay);
    }
  }
}

async function wait(run: Run, step: StepOf<"waitUntilActive">): Promise<void> {
  const groups = step.groups.map((ref) => resolve(run, ref));
  const managed = [...run.database.managedGroups, ...run.created.values()];
  const result = await waitUntilActive(run.ports, { arn: run.database.arn, groups, managed }, run.deadline);
  if (result.kind === "gone") throw gone(run);
  if (result.kind === "timedOut") {
    throw new StepStopped("failed", {
      code: "WAIT_TIMED_OUT",
      what: `Database "${run.database.id}" did not settle on ${groups.join(", ")} in time: ${result.last}`,
      why: "Nothing is detached before every member and interface shows the new groups",
      fix: `Run "moat apply" again; it takes up where this run stopped`,
    });
  }
  if (result.interfaces === 0 && groups.some((g) => managed.includes(g))) run.findings.push(notSeen(run));
}

const notSeen = (run: Run): Diagnostic => ({
  code: "INTERFACES_NOT_SEEN",
  what: `No network interface of database "${run.database.id}" is visible`,
  why: "The memberships are active, but they could not be confirmed on the interfaces",
  fix: "Allow ec2:DescribeNetworkInterfaces for this account",
});

async function tag(run: Run, step: StepOf<"tag">): Promise<void> {
  const { group, database, tags, removeTags } = step;
  const { enforcement } = run.ports;
  if (group !== undefined && (removeTags === undefined || Object.keys(tags).length > 0))
    await recordedWrite(run, step, () => enforcement.tagSecurityGroup(resolve(run, group), tags));
  if (group !== undefined && removeTags !== undefined)
    await recordedWrite(run, step, () => enforcement.untagSecurityGroup(resolve(run, group), removeTags));
  if (database !== undefined)
    await recordedWrite(run, step, () => run.ports.enforcement.tagDatabase(database, tags));
}

/** An interface may hold a detached group for a while; a group that stays is reported, and the next run deletes it. */
async function deleteGroup(run: Run, step: StepOf<"deleteSecurityGroup">): Promise<void> {
  const groupId = resolve(run, step.group);
  for (const delay of [0, ...SETTLE_DELAYS_MS]) {
    await run.ports.clock.sleep(delay);
    if (await tryDelete(run, step, groupId)) return letGo(run, groupId);
  }
  run.findings.push(stillInUse(groupId));
}

/**
 * Another run may have told RDS to attach the group in the moment before it was deleted, and would leave the database with
 * a group that does not exist. Who deleted it knows what belongs there.
 */
async function letGo(run: Run, groupId: string): Promise<void> {
  if (!(await isNamedByDatabase(run, groupId))) return;
  const { id, kind } = run.database;
  const step: StepOf<"setDatabaseGroups"> = {
    action: "setDatabaseGroups",
    groups: run.attached,
    why: `Another run attached ${groupId} in the moment before it was deleted`,
  };
  await whileBusy(run, () =>
    recordedWrite(run, step, () => run.ports.enforcement.setDatabaseGroups({ id, kind }, run.attached)),
  );
}

/** True when the group is gone; false while something still uses it. */
async function tryDelete(run: Run, step: StepOf<"deleteSecurityGroup">, groupId: string): Promise<boolean> {
  if (await isNamedByDatabase(run, groupId)) return false;
  try {
    await recordedWrite(run, step, () => run.ports.enforcement.deleteSecurityGroup(groupId));
    return true;
  } catch (error) {
    if (error instanceof AwsFault && error.kind === "notFound") return true;
    if (error instanceof AwsFault && error.kind === "inUse") return false;
    throw error;
  }
}

/**
 * Whether RDS lists the group for the database. EC2 lets a group go that no interface carries yet, and a database that
 * is about to get a group which is gone never becomes ready: another run may have attached it since the plan was made.
 */
async function isNamedByDatabase(run: Run, groupId: string): Promise<boolean> {
  const database = await run.ports.live.readDatabase(run.database.arn);
  return database?.memberships.some((m) => m.groupId === groupId) === true;
}

const stillInUse = (groupId: string): Diagnostic => ({
  code: "GROUP_STILL_IN_USE",
  what: `Group ${groupId} is detached but could not be deleted yet`,
  why: "An interface or another group still refers to it",
  fix: `Run "moat apply" again later, or delete it by hand once nothing refers to it`,
});

const gone = (run: Run): StepStopped =>
  new StepStopped("moved", {
    code: "DATABASE_GONE",
    what: `Database "${run.database.id}" no longer exists`,
    why: "It was deleted, or renamed, since the plan was made",
    fix: "Make a new plan",
  });
