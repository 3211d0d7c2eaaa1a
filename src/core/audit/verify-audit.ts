import { DATABASE_TAG, OWNER_TAG } from "../inventory/ownership.ts";
import { verifyDatabase } from "../verify/verify-plan.ts";
import type { AuditLine, AuditRecord, AuditViolation, RecordedStart } from "./audit-record.ts";

/** What a check of a whole audit file found. */
export interface AuditReport {
  readonly lines: number;
  readonly databases: number;
  readonly runs: number;
  /** Steps whose effect was replayed, because the state before them is on record. */
  readonly replayed: number;
  readonly violations: readonly AuditViolation[];
}

/** A line that could be read. */
type Read = AuditLine & { readonly record: AuditRecord };

/** The writes of one run to one database, in order; `start` is missing on records of old. */
interface RecordedRun {
  readonly start?: RecordedStart;
  readonly lines: Read[];
}

/**
 * Checks an audit file on its own: that no line was changed, taken out or put in, that each write has a reason and a
 * basis, that no secret is in it, that nothing foreign and nothing observed was written to, and, by replaying each
 * enforcement from the state on record, that at no step an allowed client was cut or a stranger let in.
 *
 * @param sha256 hex digest of a line's text
 */
export function verifyAudit(lines: readonly AuditLine[], sha256: (text: string) => string): AuditReport {
  const read = lines.filter((line): line is Read => line.record !== undefined);
  const runs = runsOf(read);
  const replays = runs.map(replay);
  const violations = [
    ...lines.flatMap(unreadable),
    ...chain(lines, sha256),
    ...order(read),
    ...read.flatMap((line) => [...reasons(line), ...secrets(line)]),
    ...runs.flatMap((run) => [...foreign(run), ...mode(run)]),
    ...replays.flatMap((r) => r.violations),
  ];
  return {
    lines: lines.length,
    databases: new Set(read.map((l) => l.record.database)).size,
    runs: runs.length,
    replayed: replays.reduce((sum, r) => sum + r.steps, 0),
    violations: violations.sort((a, b) => a.line - b.line),
  };
}

const unreadable = ({ number, record }: AuditLine): readonly AuditViolation[] =>
  record === undefined ? [{ line: number, rule: "record", what: "This is no audit record" }] : [];

function chain(lines: readonly AuditLine[], sha256: (text: string) => string): readonly AuditViolation[] {
  const violations: AuditViolation[] = [];
  let before: string | undefined;
  for (const { number, text, record } of lines) {
    const linked = record?.previous;
    if (record !== undefined && linked !== before) {
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

function order(lines: readonly Read[]): readonly AuditViolation[] {
  return lines.flatMap(({ number, record }, i) => {
    const before = lines[i - 1]?.record.at;
    if (before === undefined || before <= record.at) return [];
    const what = `Its time ${record.at} is before that of the line before, ${before}`;
    return [{ line: number, rule: "order", database: record.database, what } as const];
  });
}

/** S9: each write has a reason and says from what it was decided. A mode tag is decided by a person. */
function reasons({ number, record }: Read): readonly AuditViolation[] {
  const { database, why, basis, step } = record;
  const missing = [
    ...(why.trim() === "" ? ["reason"] : []),
    ...(basis === "" && step.database === undefined ? ["basis"] : []),
  ];
  return missing.map((what) => ({ line: number, rule: "S9", database, what: `The write has no ${what}` }));
}

/** Things that look like keys, wherever they stand. */
const SECRETS: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:authorization|password|secret|x-amz-security-token)"?\s*[:=]\s*"?[^\s",}]{8,}/i,
];

const secrets = ({ number, text, record: { database } }: Read): readonly AuditViolation[] =>
  SECRETS.some((pattern) => pattern.test(text))
    ? [{ line: number, rule: "S9", database, what: "It holds what looks like a secret" }]
    : [];

function runsOf(lines: readonly Read[]): readonly RecordedRun[] {
  const runs: RecordedRun[] = [];
  const open = new Map<string, RecordedRun>();
  for (const line of lines) {
    const { start, database } = line.record;
    const current = start === undefined ? open.get(database) : undefined;
    if (current !== undefined) {
      current.lines.push(line);
      continue;
    }
    const run = { lines: [line], ...(start === undefined ? {} : { start }) };
    runs.push(run);
    open.set(database, run);
  }
  return runs;
}

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

function replay({ start, lines }: RecordedRun): {
  readonly steps: number;
  readonly violations: readonly AuditViolation[];
} {
  const [first] = lines;
  if (first === undefined || start?.purpose !== "enforce" || start.port === undefined)
    return { steps: 0, violations: [] };
  // A call that is made again after a fault is on record again; what it does, it does once.
  const once = lines.filter(
    (line, i) => JSON.stringify(line.record.step) !== JSON.stringify(lines[i - 1]?.record.step),
  );
  const { steps, violations } = verifyDatabase(
    {
      id: first.record.database,
      port: start.port,
      attachedGroups: start.attached,
      rules: start.rules,
      keptGroups: start.keptGroups,
      steps: once.map((line) => line.record.step),
    },
    { groups: new Map(Object.entries(start.groups)), members: new Map(Object.entries(start.members ?? {})) },
    false,
  );
  return {
    steps,
    violations: violations.map((v) => ({
      line: once[v.step - 1]?.number ?? first.number,
      rule: "S1/S2",
      database: v.database,
      what: v.what,
    })),
  };
}
