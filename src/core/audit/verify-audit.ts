import { DATABASE_TAG, OWNER_TAG } from "../inventory/ownership.ts";
import { verifyDatabase } from "../verify/verify-plan.ts";
import type { AuditChain, AuditLine, AuditRecord, AuditViolation } from "./audit-record.ts";
import { foreignItems } from "./onboarding-marks.ts";
import { distinctWrites, type ReadLine, type RecordedRun, recordedRuns } from "./recorded-run.ts";
import { runsAtOnce } from "./runs-at-once.ts";
import { verifyAtOnce } from "./verify-at-once.ts";
import { decisions } from "./verify-decision.ts";
import { idleWrites } from "./verify-idle.ts";

/** What a check of a whole audit log found. */
export interface AuditReport {
  readonly lines: number;
  readonly databases: number;
  readonly runs: number;
  /** Steps whose effect was replayed, because the state before them is on record. */
  readonly replayed: number;
  /** How often several processes enforced one database at the same time; what they did together was checked, too. */
  readonly atOnce: number;
  /** Writes of onboarding and offboarding. */
  readonly onboarding: number;
  readonly violations: readonly AuditViolation[];
  /** Databases whose last run did not come to what policy said: it waits, or the next one has to go on. */
  readonly unfinished: readonly UnfinishedRun[];
}

/** A run after whose last write something was still to be done. */
export interface UnfinishedRun {
  readonly database: string;
  readonly chain?: string;
  /** Of the last write. */
  readonly line: number;
  /** An address that does not fare yet as policy says. */
  readonly address: string;
}

/**
 * Checks an audit log on its own: that no line was changed, taken out or put in, that each write has a reason and a
 * basis, that no secret is in it, that nothing foreign and nothing observed was written to, that nothing was taken away
 * on a doubtful policy or written for nothing, by replaying each enforcement from the state on record, that at no step an
 * allowed client was cut or a stranger let in, and that runs at the same time did no harm to each other.
 *
 * @param sha256 hex digest of a line's text
 */
export function verifyAudit(chains: readonly AuditChain[], sha256: (text: string) => string): AuditReport {
  const checked = chains.map((chain) => verifyChain(chain, sha256));
  const atOnce = runsAtOnce(checked.map(({ named, recorded }) => ({ ...named, runs: recorded })));
  const last = new Map<string, LastRun>();
  for (const run of checked.flatMap(({ last: runs }) => runs))
    if (run.at >= (last.get(run.database)?.at ?? "")) last.set(run.database, run);
  const sum = (of: (chain: CheckedChain) => number): number => checked.reduce((all, c) => all + of(c), 0);
  return {
    lines: sum(({ lines }) => lines),
    databases: new Set(checked.flatMap(({ databases }) => databases)).size,
    runs: sum(({ recorded }) => recorded.length),
    replayed: sum(({ replayed }) => replayed),
    atOnce: atOnce.length,
    onboarding: sum(({ onboarding }) => onboarding),
    violations: [...checked.flatMap(({ violations }) => violations), ...atOnce.flatMap(verifyAtOnce)],
    unfinished: [...last.values()].flatMap(({ unfinished }) => unfinished ?? []),
  };
}

interface CheckedChain {
  readonly lines: number;
  readonly databases: readonly string[];
  readonly named: { readonly chain?: string };
  readonly recorded: readonly RecordedRun[];
  readonly replayed: number;
  readonly onboarding: number;
  readonly violations: readonly AuditViolation[];
  readonly last: readonly LastRun[];
}

interface LastRun {
  readonly database: string;
  readonly at: string;
  readonly unfinished?: UnfinishedRun;
}

function verifyChain({ name, lines }: AuditChain, sha256: (text: string) => string): CheckedChain {
  const read = lines.filter((line): line is ReadLine => line.record !== undefined);
  const runs = recordedRuns(read);
  const replays = runs.map(replay);
  const violations = [
    ...lines.flatMap(unreadable),
    ...chain(lines, sha256),
    ...order(lines),
    ...lines.flatMap((line) => [...reasons(line), ...secrets(line)]),
    ...lines.flatMap(foreignItems),
    ...runs.flatMap((run) => [...foreign(run), ...mode(run), ...decisions(run), ...idleWrites(run)]),
    ...replays.flatMap((r) => r.violations),
  ].sort((a, b) => a.line - b.line);
  const named = name === undefined ? {} : { chain: name };
  return {
    lines: lines.length,
    databases: read.map((line) => line.record.database),
    named,
    recorded: runs,
    replayed: replays.reduce((sum, r) => sum + r.steps, 0),
    onboarding: lines.filter((line) => line.onboarding !== undefined).length,
    violations: violations.map((v) => ({ ...named, ...v })),
    last: runs.flatMap((run, i) => lastRun(run, replays[i]?.notThere, named)),
  };
}

function lastRun(
  { lines }: RecordedRun,
  address: string | undefined,
  named: { readonly chain?: string },
): readonly LastRun[] {
  const line = lines.at(-1);
  if (line === undefined) return [];
  const { database, at } = line.record;
  if (address === undefined) return [{ database, at }];
  return [{ database, at, unfinished: { database, ...named, line: line.number, address } }];
}

const unreadable = ({ number, record, onboarding }: AuditLine): readonly AuditViolation[] =>
  record === undefined && onboarding === undefined
    ? [{ line: number, rule: "record", what: "This is no audit record" }]
    : [];

/** What lines of both kinds have. */
const commonOf = ({ record, onboarding }: AuditLine) => record ?? onboarding;

const aboutOf = ({ record }: AuditLine): { readonly database?: string } =>
  record === undefined ? {} : { database: record.database };

function chain(lines: readonly AuditLine[], sha256: (text: string) => string): readonly AuditViolation[] {
  const violations: AuditViolation[] = [];
  let before: string | undefined;
  for (const line of lines) {
    const { number, text } = line;
    const common = commonOf(line);
    const linked = common?.previous;
    if (common !== undefined && linked !== before) {
      const what =
        linked === undefined
          ? "The link to the line before is missing"
          : "The line before was changed, taken out or put in";
      violations.push({ line: number, rule: "chain", what });
    }
    before = sha256(text);
  }
  return violations;
}

function order(lines: readonly AuditLine[]): readonly AuditViolation[] {
  const timed = lines.flatMap((line) => {
    const at = commonOf(line)?.at;
    return at === undefined ? [] : [{ line, at }];
  });
  return timed.flatMap(({ line, at }, i) => {
    const before = timed[i - 1]?.at;
    if (before === undefined || before <= at) return [];
    const what = `Its time ${at} is before that of the line before, ${before}`;
    return [{ line: line.number, rule: "order", ...aboutOf(line), what } as const];
  });
}

/** S9: each write has a reason and says from what it was decided. A mode tag is decided by a person. */
function reasons(line: AuditLine): readonly AuditViolation[] {
  const common = commonOf(line);
  if (common === undefined) return [];
  const byPerson = line.record?.step.database !== undefined;
  const missing = [
    ...(common.why.trim() === "" ? ["reason"] : []),
    ...(common.basis === "" && !byPerson ? ["basis"] : []),
  ];
  return missing.map((what) => ({
    line: line.number,
    rule: "S9",
    ...aboutOf(line),
    what: `The write has no ${what}`,
  }));
}

/** Things that look like keys, wherever they stand. */
const SECRETS: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:authorization|password|secret|x-amz-security-token)"?\s*[:=]\s*"?[^\s",}]{8,}/i,
];

const secrets = (line: AuditLine): readonly AuditViolation[] =>
  commonOf(line) !== undefined && SECRETS.some((pattern) => pattern.test(line.text))
    ? [{ line: line.number, rule: "S9", ...aboutOf(line), what: "It holds what looks like a secret" }]
    : [];

/** S3: a run writes to groups that were managed when it began, and to those it made itself with both marks. */
function foreign({ start, lines }: RecordedRun): readonly AuditViolation[] {
  if (start === undefined) return [];
  const made = lines.flatMap(({ record: { step } }) => (isCreation(step) ? [step.group ?? ""] : []));
  const ours = new Set([...start.managed, ...made]);
  return lines.flatMap(({ number, record: { step, database } }) => {
    const what = foreignWrite(step, database, ours);
    return what === undefined ? [] : [{ line: number, rule: "S3", database, what } as const];
  });
}

const isCreation = ({ action }: AuditRecord["step"]): boolean => action === "createSecurityGroup";

function foreignWrite(
  step: AuditRecord["step"],
  database: string,
  ours: ReadonlySet<string>,
): string | undefined {
  const { group, tags } = step;
  const marked = tags?.[OWNER_TAG] !== undefined && tags[DATABASE_TAG] === database;
  if (isCreation(step) && !marked) return "A group was made without the marks of ownership";
  if (group !== undefined && !ours.has(group)) return `Group ${group} was not Moat's`;
  if (step.database === undefined || step.database === database) return undefined;
  return `The write is to another database, ${step.database}`;
}

/** S10: only a database in enforcement is written to, but for a person's own wish about it. */
function mode({ start, lines }: RecordedRun): readonly AuditViolation[] {
  const [first] = lines;
  if (first === undefined || start === undefined || start.mode === "enforce") return [];
  if (start.purpose !== "enforce" && start.purpose !== "lease") return [];
  const { number, record } = first;
  const what = `The database was in mode "${start.mode}" and was written to`;
  return [{ line: number, rule: "S10", database: record.database, what }];
}

interface Replay {
  readonly steps: number;
  readonly violations: readonly AuditViolation[];
  readonly notThere?: string;
}

function replay(run: RecordedRun): Replay {
  const { start, lines } = run;
  const [first] = lines;
  if (first === undefined || start?.purpose !== "enforce" || start.port === undefined)
    return { steps: 0, violations: [] };
  const once = distinctWrites(run);
  const { violations, ...rest } = verifyDatabase(
    {
      id: first.record.database,
      port: start.port,
      attachedGroups: start.attached,
      rules: start.rules,
      keptGroups: start.keptGroups,
      ...(start.egress === undefined ? {} : { egress: start.egress }),
      steps: once.map((line) => line.record.step),
    },
    { groups: new Map(Object.entries(start.groups)), members: new Map(Object.entries(start.members ?? {})) },
    false,
  );
  return {
    ...rest,
    violations: violations.map((v) => ({
      line: once[v.step - 1]?.number ?? first.number,
      rule: "S1/S2",
      database: v.database,
      what: v.what,
    })),
  };
}
