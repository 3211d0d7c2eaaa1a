import { holds, meant, rangesOf, stretches } from "../verify/admitted-ranges.ts";
import { plainText } from "../verify/plain-range.ts";
import type { AuditViolation } from "./audit-record.ts";
import { PossibleState, ruleText } from "./possible-state.ts";
import type { RunAtOnce, WriteAtOnce } from "./runs-at-once.ts";

/**
 * S8: what several runs did to one database at the same time, taken together. Nobody whom all of them wanted is cut off
 * between them, none takes off a group that another has just attached for what both wanted, and no two of them put a
 * group of their own in force for one purpose. Only what is certain is told: where records leave open which write came
 * first, or whether the last one of a run was made, every course of events would have to be wrong.
 */
export function verifyAtOnce(runs: readonly RunAtOnce[]): readonly AuditViolation[] {
  return [...cutTogether(runs), ...undone(runs), ...twins(runs)];
}

const violation = (
  { chain, database }: RunAtOnce,
  line: number,
  what: string,
): AuditViolation & { readonly rule: "S8" } => ({
  ...(chain === undefined ? {} : { chain }),
  line,
  rule: "S8",
  database,
  what,
});

/** Each run may have been right by what it found, and yet each may have counted on what the other took away. */
function cutTogether(runs: readonly RunAtOnce[]): readonly AuditViolation[] {
  const [first] = runs;
  const port = first?.start.port;
  if (first === undefined || port === undefined || runs.some((run) => run.start.port !== port)) return [];
  const members = new Map(runs.flatMap(({ start }) => Object.entries(start.members ?? {})));
  const wanted = runs.map(({ start }) => rangesOf(start.rules.flatMap(meant), port, members));
  const { attached, groups } = first.start;
  const before = rangesOf(
    attached.flatMap((id) => groups[id] ?? []),
    port,
    members,
  );
  const meantToStay = stretches(before, ...wanted).filter(
    (at) => holds(before, at) && wanted.every((ranges) => holds(ranges, at)),
  );
  if (meantToStay.length === 0) return [];
  const state = new PossibleState(runs, port);
  for (const { run, write, until } of takings(runs)) {
    const admitted = state.admitted(until);
    const cut = stretches(before, ...wanted, admitted).find(
      (at) => meantToStay.includes(at) && !holds(admitted, at),
    );
    if (cut === undefined) continue;
    const what = `${plainText(cut)} is cut off by ${runs.length} runs at once, although each of them wanted it`;
    return [violation(run, write.line, what)];
  }
  return [];
}

interface Taking {
  readonly run: RunAtOnce;
  readonly write: WriteAtOnce;
  readonly until: string;
}

/** The writes that may take something away, in the order in which they surely were done. */
function takings(runs: readonly RunAtOnce[]): readonly Taking[] {
  return runs
    .flatMap((run) =>
      run.writes.flatMap((write) => {
        const { step, until } = write;
        const takes = step.action === "revoke" || step.action === "setDatabaseGroups";
        return takes && until !== undefined ? [{ run, write, until }] : [];
      }),
    )
    .sort((a, b) => (a.until < b.until ? -1 : Number(a.until > b.until)));
}

/** A list of groups that leaves out one which another run had attached meanwhile, and of which its writer knew nothing. */
function undone(runs: readonly RunAtOnce[]): readonly AuditViolation[] {
  return runs.flatMap((run) =>
    run.writes.flatMap((write) => {
      const lost = runs.find((other) => other.chain !== run.chain && isLost(run, write, other, runs));
      if (lost === undefined) return [];
      const what = `Its list of groups leaves out one that ${nameOf(lost)} had just attached for what both wanted`;
      return [violation(run, write.line, what)];
    }),
  );
}

const nameOf = ({ chain }: RunAtOnce): string => (chain === undefined ? "another run" : chain);

function isLost(run: RunAtOnce, write: WriteAtOnce, other: RunAtOnce, runs: readonly RunAtOnce[]): boolean {
  const listed = write.step.groups;
  if (write.step.action !== "setDatabaseGroups" || listed === undefined) return false;
  const attached = other.writes.findLast((w) => isSet(w) && w.from < write.from);
  if (attached?.until === undefined || attached.until >= write.from) return false;
  const known = knownTo(run, write.line);
  return (attached.step.groups ?? []).some(
    (group) =>
      !listed.includes(group) &&
      !known.has(group) &&
      grantsWanted(other, group, run) &&
      !runs.some((third) =>
        third.writes.some((w) => isSet(w) && omits(w, group) && w.from >= attached.from && w !== write),
      ),
  );
}

const isSet = ({ step }: WriteAtOnce): boolean => step.action === "setDatabaseGroups";
const omits = ({ step }: WriteAtOnce, group: string): boolean => step.groups?.includes(group) === false;

/** Groups that a run knew of when it came to one of its lines. */
function knownTo({ start, made, writes }: RunAtOnce, line: number): ReadonlySet<string> {
  const earlier = writes.filter((w) => w.line < line).flatMap(({ step }) => step.groups ?? []);
  return new Set([...start.attached, ...start.managed, ...Object.keys(start.groups), ...made, ...earlier]);
}

/** Whether a run put a rule into a group that another one wants, too. */
function grantsWanted(maker: RunAtOnce, group: string, other: RunAtOnce): boolean {
  const wanted = new Set(other.start.rules.map(ruleText));
  return granted(maker, group).some((text) => wanted.has(text));
}

const granted = ({ writes }: RunAtOnce, group: string): readonly string[] =>
  writes
    .flatMap(({ step }) => (step.action === "authorize" && step.group === group ? (step.rules ?? []) : []))
    .filter(({ direction }) => direction === "ingress")
    .map(ruleText)
    .sort();

/**
 * Two groups that two runs made and attached, each without knowing of the other, with the same in them and under the
 * same name. A run that plans another name has seen that the first is taken by a group without Moat's marks: somebody
 * took them off, and it is nobody's twin any more.
 */
function twins(runs: readonly RunAtOnce[]): readonly AuditViolation[] {
  const found: AuditViolation[] = [];
  for (const [i, run] of runs.entries())
    for (const other of runs.slice(0, i)) {
      if (other.chain === run.chain) continue;
      const twin = twinOf(run, other);
      if (twin !== undefined) found.push(twin);
    }
  return found;
}

function twinOf(run: RunAtOnce, other: RunAtOnce): AuditViolation | undefined {
  const known = new Set([...run.start.managed, ...Object.keys(run.start.groups)]);
  const theirs = ownGroups(other).filter((group) => !known.has(group) && !run.made.has(group));
  for (const { line, step } of run.writes) {
    const group = step.action === "createSecurityGroup" ? (step.group ?? "") : "";
    if (!ownGroups(run).includes(group) || other.made.has(group)) continue;
    const purpose = granted(run, group).join("\n");
    const twin = theirs.find(
      (id) =>
        id !== group &&
        purpose !== "" &&
        granted(other, id).join("\n") === purpose &&
        plannedName(other, id) === step.name,
    );
    if (twin === undefined) continue;
    const what = `It made ${group} for what ${twin}, made by ${nameOf(other)} at the same time, is there for already`;
    return violation(run, line, what);
  }
  return undefined;
}

const plannedName = ({ writes }: RunAtOnce, group: string): string | undefined =>
  writes.find(({ step }) => step.action === "createSecurityGroup" && step.group === group)?.step.name;

/** Groups that a run made, under an id that is on record, and attached. */
function ownGroups({ writes, made }: RunAtOnce): readonly string[] {
  const created = writes.flatMap(({ step }) =>
    step.action === "createSecurityGroup" ? [step.group ?? ""] : [],
  );
  return created.filter((id) => made.has(id) && writes.some((w) => isSet(w) && w.step.groups?.includes(id)));
}
