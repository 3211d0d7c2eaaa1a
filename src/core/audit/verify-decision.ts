import type { PrintedRule } from "../verify/admitted-ranges.ts";
import { plainRange } from "../verify/plain-range.ts";
import type { PrintedStep } from "../verify/verify-plan.ts";
import type { AuditViolation, FoundRule, RecordedStart } from "./audit-record.ts";
import type { ReadLine, RecordedRun } from "./recorded-run.ts";

/**
 * S4 and S5: nothing is written without a policy, and nothing is taken away on a policy that is incomplete, or that takes
 * away more at once than it may, unless a person has said so. What would go is counted here from the rules on record,
 * not taken from the run's word.
 */
export function decisions(run: RecordedRun): readonly AuditViolation[] {
  const { start, lines } = run;
  const [first] = lines;
  if (start?.purpose !== "enforce" || start.decision === undefined || first === undefined) return [];
  const { policy, shrinkPercent, acknowledged } = start.decision;
  if (policy.version === "") return [violation(first, "S5", "It was decided without a policy")];
  const closing = lines.find(({ record: { step } }) => closes(step));
  if (closing !== undefined && !policy.complete && !acknowledged.includes("egressIncomplete"))
    return [violation(closing, "S4", "Egress was taken away on an incomplete policy")];
  const takes = lines.find(({ record: { step } }) => takesAway(step, start));
  if (takes === undefined) return [];
  if (!policy.complete && !acknowledged.includes("incompletePolicy"))
    return [violation(takes, "S4", "Access was taken away on an incomplete policy")];
  const { granted, withdrawn } = shrinking(start);
  const tooMuch = withdrawn * 100n > granted * BigInt(shrinkPercent) || withdrawn === granted;
  if (withdrawn === 0n || !tooMuch || acknowledged.includes("shrink")) return [];
  const what = `${withdrawn} of ${granted} granted addresses were withdrawn at once, and nobody had said so`;
  return [violation(takes, "S4", what)];
}

const violation = ({ number, record }: ReadLine, rule: "S4" | "S5", what: string): AuditViolation => ({
  line: number,
  rule,
  database: record.database,
  what,
});

/** Egress that policy had granted, or that stood before it said anything; edits by hand are nobody's. */
const closes = ({ action, rules = [] }: PrintedStep): boolean =>
  action === "revoke" &&
  rules.some(({ direction, was }) => direction === "egress" && (was === "granted" || was === "found"));

const takesAway = ({ action, groups = [], rules = [] }: PrintedStep, { attached }: RecordedStart): boolean =>
  (action === "revoke" && rules.some((rule) => rule.direction === "ingress")) ||
  (action === "setDatabaseGroups" && attached.some((id) => !groups.includes(id)));

/**
 * How many addresses policy had granted, and how many of them are wanted no more. Nothing where a rule names a group or a
 * prefix list, for what it admits is not on record.
 */
function shrinking({ managed, groups, rules, port = -1 }: RecordedStart): {
  readonly granted: bigint;
  readonly withdrawn: bigint;
} {
  const standing: readonly FoundRule[] = managed.flatMap((id) => groups[id] ?? []);
  const had = standing.filter((rule) => rule.granted === true && admits(rule, port));
  if ([...had, ...rules].some(({ source }) => !/[.:]/.test(source))) return { granted: 0n, withdrawn: 0n };
  const wanted = rules.filter((rule) => admits(rule, port)).map(({ source }) => plainRange(source));
  const before = had.map(({ source }) => plainRange(source));
  const borders = [...before, ...wanted].flatMap(({ low, high }) => [low, high + 1n]);
  const sorted = [...new Set(borders)].sort((a, b) => (a < b ? -1 : 1));
  const within = (ranges: typeof before, at: bigint): boolean =>
    ranges.some(({ low, high }) => low <= at && at <= high);
  let granted = 0n;
  let withdrawn = 0n;
  for (const [i, at] of sorted.entries()) {
    if (!within(before, at)) continue;
    const size = (sorted[i + 1] ?? at) - at;
    granted += size;
    if (!within(wanted, at)) withdrawn += size;
  }
  return { granted, withdrawn };
}

const admits = ({ direction, protocol, fromPort = 0, toPort = 65_535 }: PrintedRule, port: number): boolean =>
  direction === "ingress" &&
  (protocol === "-1" || (protocol === "tcp" && fromPort <= port && port <= toPort));
