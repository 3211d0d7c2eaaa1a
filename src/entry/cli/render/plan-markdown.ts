import type { PolicyTestReport } from "../../../app/run-policy-tests.ts";
import type { RuleContent } from "../../../core/inventory/model.ts";
import type { DatabasePlan, Plan, RevokedRule, Step } from "../../../core/plan/plan.ts";
import { assertionName } from "../../../core/policy/assertion/assertion.ts";
import type { AssertionResult } from "../../../core/policy/assertion/run-assertion.ts";
import { driftText } from "./drift-text.ts";
import { markdownTable, quotedMarkdown as quoted } from "./markdown.ts";
import { isQuiet, planCounts } from "./plan-text.ts";
import { addressCount, counted, labelText, shortTime } from "./quantity.ts";
import { unseenTraffic } from "./unseen-traffic.ts";

/**
 * GitHub takes 65,536 characters in a comment. These are bytes, of which a character has one at least; what is left is
 * for whoever posts it.
 */
export const COMMENT_BYTES = 64_000;
/** Rows of each part, at first; fewer are shown until the whole fits. */
const ROWS = 50;

/**
 * A plan as a comment of a pull request: what changes, who loses access, what is refused, and what the policy's tests
 * say. The same plan gives the same bytes, and never more than {@link COMMENT_BYTES}.
 */
export function planMarkdown(plan: Plan, tests?: PolicyTestReport): string {
  for (let rows = ROWS; rows > 0; rows = Math.floor(rows / 2)) {
    const text = withRows(plan, tests, rows);
    if (new TextEncoder().encode(text).length <= COMMENT_BYTES) return text;
  }
  return withRows(plan, tests, 0);
}

function withRows(plan: Plan, tests: PolicyTestReport | undefined, rows: number): string {
  const parts = [
    [`### Moat plan: ${planCounts(plan)}`],
    [headLine(plan, tests)],
    ...[
      databasesPart(plan, rows),
      lossesPart(plan, rows),
      openedPart(plan, rows),
      refusalsPart(plan, rows),
      driftPart(plan, rows),
      slackPart(plan, rows),
      testsPart(tests, rows),
      findingsPart(plan, rows),
    ].filter((lines) => lines.length > 0),
  ];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

function headLine(plan: Plan, tests: PolicyTestReport | undefined): string {
  return [
    `Policy version ${quoted(plan.policy.version)}`,
    lossesCount(plan),
    ...(tests === undefined ? [] : [testsCount(tests)]),
  ].join(" · ");
}

/** Nobody seen is good news only where somebody looked. */
function lossesCount(plan: Plan): string {
  const lost = plan.databases.reduce((sum, d) => sum + d.losesAccess.length, 0);
  if (lost > 0) return `**${counted(lost, "consumer")} would lose access**`;
  return unseenTraffic(plan) === undefined
    ? "nobody seen in the flow logs loses access"
    : "**who would lose access is not known**: nothing was read of the traffic";
}

const testsCount = ({ passed, failed }: PolicyTestReport): string =>
  failed === 0 ? `${counted(passed, "policy test")} passed` : `**${counted(failed, "policy test")} failed**`;

/** A heading, what fits below it, and how much did not. */
function part(title: string, count: number, shown: readonly string[], rows: number): readonly string[] {
  if (count === 0) return [];
  const rest = count - rows;
  return [
    `#### ${title}`,
    "",
    ...(rows === 0 ? [] : shown),
    ...(rest > 0 ? ["", `… and ${counted(rest, "more", "more")}; the full plan has them all`] : []),
  ];
}

function databasesPart(plan: Plan, rows: number): readonly string[] {
  const all = plan.databases.filter((d) => !isQuiet(d));
  const places = new Set(plan.databases.map((d) => placeOf(d)));
  const cells = all
    .slice(0, rows)
    .map((d) => [
      quoted(d.id),
      ...(places.size > 1 ? [quoted(placeOf(d))] : []),
      quoted(d.engine),
      d.mode,
      outcomeOf(d),
      `+${rulesIn(d.steps, "authorize")} −${rulesIn(d.steps, "revoke")}`,
      `${addressCount(d.reachable.now)}${d.reachable.nowUnknown ? " and some unknown" : ""}`,
      addressCount(d.reachable.planned),
    ]);
  const place = places.size > 1 ? ["Where"] : [];
  const head = ["Database", ...place, "Engine", "Mode", "Plan", "Rules", "May connect now", "Under policy"];
  return part("Databases", all.length, markdownTable(head, cells), rows);
}

const placeOf = ({ accountId, region }: DatabasePlan): string => `${accountId} ${region}`;

function outcomeOf({ refused, steps, mode, inSync }: DatabasePlan): string {
  if (refused.length > 0) return "**refused**";
  if (mode === "observe") return "only observed";
  return inSync ? "in sync" : counted(steps.length, "step");
}

/** Rules that steps put in or take out. */
const rulesIn = (steps: readonly Step[], action: "authorize" | "revoke"): number =>
  steps.reduce((sum, step) => sum + (step.action === action ? rulesOf(step).length : 0), 0);

const rulesOf = (step: Step): readonly (RuleContent | RevokedRule)[] => ("rules" in step ? step.rules : []);

function lossesPart({ databases }: Plan, rows: number): readonly string[] {
  const all = databases.flatMap((d) => d.losesAccess.map((lost) => ({ d, lost })));
  const cells = all
    .slice(0, rows)
    .map(({ d, lost }) => [
      quoted(lost.consumer),
      quoted(labelText(lost.labels)) || "no label",
      quoted(d.id),
      lost.lastSeen === undefined ? "" : quoted(shortTime(lost.lastSeen)),
      lost.connection === "cut" ? "**die at once**" : "linger",
    ]);
  const head = ["Consumer", "Labels", "Database", "Last seen", "Open sessions"];
  return part("Would lose access", all.length, markdownTable(head, cells), rows);
}

function openedPart({ databases }: Plan, rows: number): readonly string[] {
  const all = databases.flatMap((d) => d.newlyAdmitted.cidrs.map((cidr) => ({ d, cidr })));
  const left = databases.reduce((sum, d) => sum + d.newlyAdmitted.more, 0);
  const cells = all.slice(0, rows).map(({ d, cidr }) => [quoted(cidr), quoted(d.id)]);
  return part("Newly admitted", all.length + left, markdownTable(["Addresses", "Database"], cells), rows);
}

function refusalsPart({ databases }: Plan, rows: number): readonly string[] {
  const all = databases.flatMap((d) =>
    [...d.refused, ...(d.egress?.held ?? [])].map((refusal) => ({ d, refusal })),
  );
  const cells = all
    .slice(0, rows)
    .map(({ d, refusal }) => [
      quoted(d.id),
      refusal.gate,
      quoted(refusal.what),
      quoted(refusal.fix),
      refusal.acknowledge === undefined ? "" : quoted(refusal.acknowledge),
    ]);
  const head = ["Database", "Gate", "What", "What to do", "Token that overrules it"];
  return part("Refused by a gate", all.length, markdownTable(head, cells), rows);
}

function driftPart({ databases }: Plan, rows: number): readonly string[] {
  const all = databases.flatMap((d) => d.drift.map((drift) => ({ d, drift })));
  const cells = all.slice(0, rows).map(({ d, drift }) => [quoted(d.id), quoted(driftText(drift))]);
  return part("Changed by somebody else", all.length, markdownTable(["Database", "What"], cells), rows);
}

function slackPart({ databases }: Plan, rows: number): readonly string[] {
  const all = databases.flatMap((d) => d.slack.map((slack) => ({ d, slack })));
  const cells = all
    .slice(0, rows)
    .map(({ d, slack }) => [quoted(d.id), quoted(slack.cidr), addressCount(slack.addresses)]);
  return part(
    "Wider than policy, to fit the quota",
    all.length,
    markdownTable(["Database", "CIDR", "Beyond policy"], cells),
    rows,
  );
}

function testsPart(tests: PolicyTestReport | undefined, rows: number): readonly string[] {
  const failed = (tests?.results ?? []).filter(({ passed }) => !passed);
  const cells = failed
    .slice(0, rows)
    .map((result) => [
      quoted(assertionName(result.assertion)),
      quoted(failureOf(result)),
      quoted(placeIn(result)),
    ]);
  return part("Policy tests that fail", failed.length, markdownTable(["Test", "Why", "At"], cells), rows);
}

function failureOf({ problem, levels }: AssertionResult): string {
  if (problem !== undefined) return `${problem.what}: ${problem.why}`;
  const wrong = levels.find(({ status }) => status !== "passed");
  if (wrong === undefined) return "";
  const { level, database, why = "", counterexamples, more } = wrong;
  const rest = more > 0 ? ` and ${more} more` : "";
  return `${level}, ${database}: ${why} ${counterexamples.join(", ")}${rest}`.trim();
}

const placeIn = ({ assertion: { at } }: AssertionResult): string =>
  at === undefined ? "" : `${at.file ?? ""}:${at.line}`;

/** By code, as one cause often concerns many databases. */
function findingsPart({ databases, findings }: Plan, rows: number): readonly string[] {
  const found = new Map<string, { readonly what: string; readonly count: number }>();
  for (const { code, what } of [...findings, ...databases.flatMap((d) => d.findings)]) {
    const known = found.get(code);
    found.set(code, { what: known?.what ?? what, count: (known?.count ?? 0) + 1 });
  }
  const all = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const cells = all
    .slice(0, rows)
    .map(([code, { what, count }]) => [quoted(code), String(count), quoted(what)]);
  return part("Findings", all.length, markdownTable(["Code", "Times", "First of them"], cells), rows);
}
