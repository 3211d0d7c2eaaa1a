import { assertNever } from "../../../core/assert-never.ts";
import type { RuleContent } from "../../../core/inventory/model.ts";
import { addressSetOfCidrs, countAddresses } from "../../../core/net/address-set.ts";
import type { NewlyAdmitted } from "../../../core/plan/newly-admitted.ts";
import type { DatabasePlan, EgressPlan, LostConsumer, Plan, Refusal, Step } from "../../../core/plan/plan.ts";
import type { Because } from "../../../core/policy/resolution.ts";
import type { CompiledRule } from "../../../core/rule/compile-rules.ts";
import { isEgressMark } from "../../../core/rule/outbound-rules.ts";
import { ruleKey } from "../../../core/rule/rule-key.ts";
import { portsText, sourceText } from "../../../core/rule/rule-text.ts";
import { driftText } from "./drift-text.ts";
import { problemText } from "./problem-text.ts";
import { addressCount, counted, grouped, labelText, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table, wrap } from "./table.ts";
import { unseenTraffic } from "./unseen-traffic.ts";

/** How people call the objects that a plan names by href. */
export type NameOf = (href: string) => string;

export interface PlanTextOptions {
  readonly style: Style;
  readonly nameOf: NameOf;
  /** Show databases that need nothing, too, and every finding. */
  readonly verbose: boolean;
}

/** A plan as a person reads it. */
export function planText(plan: Plan, options: PlanTextOptions): string {
  const { style } = options;
  const shown = plan.databases.filter((d) => options.verbose || !isQuiet(d));
  const blocks = shown.map((d) => databaseText(d, options));
  const unseen = unseenTraffic(plan);
  const findings = [...plan.findings, ...(unseen === undefined ? [] : [unseen])].map((f) =>
    problemText(f, "!", style),
  );
  return [...blocks, ...findings, planSummary(plan, style)].join("\n\n");
}

/** Nothing to do, nothing to say. */
export const isQuiet = (d: DatabasePlan): boolean =>
  d.mode === "enforce" &&
  d.inSync &&
  d.refused.length + (d.egress?.held.length ?? 0) === 0 &&
  d.findings.every((f) => QUIET.has(f.code));

function databaseText(d: DatabasePlan, options: PlanTextOptions): string {
  const { style } = options;
  const head = [
    style.bold(d.id),
    d.engine,
    d.port === undefined ? "no port yet" : `port ${d.port}`,
    d.mode,
  ].join(" · ");
  const labels = labelText(d.labels);
  const reach = table(
    [
      ...(labels === "" ? [] : [["labels", labels]]),
      ["now", `${reachableNow(d)} through ${d.attachedGroups.join(", ") || "no group"}`],
      ["policy", `${addressCount(d.reachable.planned)} in ${counted(d.rules.length, "rule")}`],
      ...(d.newlyAdmitted.addresses === 0n ? [] : [["lets in", openedText(d.newlyAdmitted)]]),
      ...(d.egress === undefined ? [] : [["egress", egressText(d.egress)]]),
    ],
    "  ",
  );
  const parts = [
    head,
    reach,
    ...stepsText(d, options),
    ...driftLines(d, style),
    ...lossesText(d, style),
    ...closedText(d, style),
    ...d.refused.map((r) => refusalText(r, style)),
    ...(d.egress?.held ?? []).map((r) => heldText(r, style)),
    ...findingsText(d, options),
  ];
  return parts.join("\n");
}

/** Blocks that are named in one line. */
const SHOWN_BLOCKS = 3;

/** Who could not reach the database before. */
function openedText({ addresses, cidrs, more: left }: NewlyAdmitted): string {
  const rest = cidrs.length - SHOWN_BLOCKS + left;
  const named = cidrs.slice(0, SHOWN_BLOCKS).join(", ") + (rest > 0 ? ` and ${grouped(rest)} more` : "");
  return `${addressCount(addresses)} anew: ${named}`;
}

const reachableNow = (d: DatabasePlan): string =>
  `${addressCount(d.reachable.now)}${d.reachable.nowUnknown ? " and some that cannot be known" : ""}`;

function stepsText(d: DatabasePlan, options: PlanTextOptions): readonly string[] {
  if (d.steps.length === 0) return d.mode === "observe" ? rulesText(d, options) : [];
  const desired = new Map([...d.rules, ...(d.egress?.rules ?? [])].map((r) => [reasonKey(r), r]));
  return ["", ...d.steps.flatMap((s) => stepText(s, desired, options))];
}

/** An observed database shows the rules that it would get. */
function rulesText(d: DatabasePlan, { style, nameOf }: PlanTextOptions): readonly string[] {
  if (d.rules.length === 0) return [];
  const rows = d.rules
    .slice(0, SHOWN_RULES)
    .map((r) => ["would allow", sourceText(r.source), portsText(r), style.dim(whyText(r, nameOf))]);
  return ["", table(rows, "  "), ...more(d.rules.length)];
}

const SHOWN_RULES = 12;
const more = (n: number): readonly string[] =>
  n > SHOWN_RULES ? [`  … and ${counted(n - SHOWN_RULES, "more rule", "more rules")}`] : [];

function stepText(
  step: Step,
  desired: ReadonlyMap<string, CompiledRule>,
  options: PlanTextOptions,
): readonly string[] {
  const { style } = options;
  const why = style.dim(wrap(step.why, "      "));
  switch (step.action) {
    case "createSecurityGroup":
      return [style.green(`  + create security group ${step.name} (${step.group})`), why];
    case "authorize": {
      const rows = step.rules
        .slice(0, SHOWN_RULES)
        .map((r) => [
          style.green("+"),
          peerText(r),
          portsText(r),
          style.dim(whyText(desired.get(reasonKey(r)), options.nameOf)),
        ]);
      return [
        style.green(`  + authorize ${counted(step.rules.length, "rule")} in ${step.group}`),
        table(rows, "      "),
        ...more(step.rules.length),
      ];
    }
    case "revoke": {
      const rows = step.rules.slice(0, SHOWN_RULES).map((r) => [style.red("-"), peerText(r), portsText(r)]);
      return [
        style.red(`  - revoke ${counted(step.rules.length, "rule")} in ${step.group}`),
        table(rows, "      "),
        ...more(step.rules.length),
        why,
      ];
    }
    case "setDatabaseGroups":
      return [style.yellow(wrap(`~ set the groups to ${step.groups.join(", ")}`, "  ")), why];
    case "waitUntilActive":
      return [style.dim("  . wait until every member and interface shows them")];
    case "tag":
      return [style.yellow(`  ~ tag ${step.group ?? step.database} ${tagKeys(step)}`), why];
    case "deleteSecurityGroup":
      return [style.red(`  - delete security group ${step.group}`), why];
    default:
      return assertNever(step);
  }
}

/** Rules of policy differ by their peer alone; those of egress by ports, too. */
const reasonKey = (rule: RuleContent): string =>
  rule.direction === "egress" ? ruleKey(rule) : sourceText(rule.source);

const peerText = ({ direction, source }: RuleContent): string =>
  direction === "egress" ? `to ${sourceText(source)}` : sourceText(source);

const EGRESS_WORDS: Readonly<Record<EgressPlan["state"], string>> = {
  waits: "as it is until the database carries Moat's groups only",
  held: "nothing is closed yet",
  narrows: "closed from now on",
  managed: "closed",
};

/** What the database may open itself. */
function egressText({ state, rules, kept, held }: EgressPlan): string {
  const count = rules.filter((rule) => !isEgressMark(rule)).length;
  if (state === "waits" || state === "held")
    return `${EGRESS_WORDS[state]}; policy says ${counted(count, "rule")}`;
  const open = [
    ...(count > 0 ? [`${counted(count, "rule")} of policy`] : []),
    ...(held.length > 0 ? [`${counted(kept.length, "rule")} held open`] : []),
  ];
  return `${EGRESS_WORDS[state]}${open.length === 0 ? "" : ` but for ${open.join(" and ")}`}`;
}

/** Where the database was seen connecting to and could not any more. */
function closedText({ egress }: DatabasePlan, style: Style): readonly string[] {
  const lost = egress?.losesAccess ?? [];
  if (lost.length === 0) return [];
  const rows = lost
    .slice(0, SHOWN_RULES)
    .map((l) => [
      style.red("!"),
      l.destination,
      [l.protocol, l.port].filter((part) => part !== undefined).join(" "),
      labelText(l.labels) || "no label",
      l.lastSeen === undefined ? "" : `seen ${shortTime(l.lastSeen)}`,
    ]);
  const rest = lost.length - SHOWN_RULES;
  return [
    "",
    style.red("  Would be closed to the database:"),
    table(rows, "    "),
    ...(rest > 0 ? [`    … and ${rest} more`] : []),
  ];
}

const heldText = (held: Refusal, style: Style): string =>
  `\n${problemText(held, `  ${style.yellow(`✗ egress held (${held.gate}):`)}`, style)}`;

const tagKeys = ({ tags, removeTags = [] }: Extract<Step, { readonly action: "tag" }>): string =>
  [...Object.keys(tags), ...removeTags.map((key) => `${key} (goes)`)].join(", ");

/** Who a rule is for; of one that names a group, how many addresses that is, too. */
function whyText(rule: CompiledRule | undefined, nameOf: NameOf): string {
  if (rule === undefined) return "";
  const reasons = reasonsText(rule.because, nameOf);
  if (rule.standsFor === undefined) return reasons;
  const granted = addressCount(countAddresses(addressSetOfCidrs(rule.standsFor)));
  return `for ${granted}${reasons === "" ? "" : `: ${reasons}`}`;
}

/** Who a rule is for: the workloads or lists behind it, and by which rule. */
export function reasonsText(because: readonly Because[], nameOf: NameOf): string {
  const who = [
    ...new Set(because.map((b) => nameOf(b.workload ?? b.virtualService ?? b.ipList ?? b.rule))),
  ].sort();
  const rules = [...new Set(because.map((b) => nameOf(b.rule)))];
  if (who.length === 0) return "";
  // What the resolver left out of a long list counts for the rule that has most of it: others let the same ones in.
  const left = because.reduce((most, b) => Math.max(most, b.and ?? 0), 0);
  const more = Math.max(0, who.length - 3) + left;
  const named = who.slice(0, 3).join(", ") + (more > 0 ? ` and ${grouped(more)} more` : "");
  return `${named} by ${rules.slice(0, 2).join(", ")}${rules.length > 2 ? " …" : ""}`;
}

/** What somebody changed; on a database that is only observed nobody undoes it. */
const driftLines = (d: DatabasePlan, style: Style): readonly string[] =>
  d.drift.length === 0
    ? []
    : ["", ...d.drift.map((one) => table([[style.yellow("≠"), driftText(one)]], "  "))];

function lossesText(d: DatabasePlan, style: Style): readonly string[] {
  if (d.losesAccess.length === 0) return [];
  const rows = d.losesAccess
    .slice(0, SHOWN_RULES)
    .map((l) => [style.red("!"), l.consumer, labelText(l.labels) || "no label", lossText(l)]);
  const rest = d.losesAccess.length - SHOWN_RULES;
  return [
    "",
    style.red("  Would lose access:"),
    table(rows, "    "),
    ...(rest > 0 ? [`    … and ${rest} more`] : []),
  ];
}

const lossText = (l: LostConsumer): string =>
  [
    l.lastSeen === undefined ? "" : `seen ${shortTime(l.lastSeen)}`,
    counted(l.records, "record"),
    l.connection === "cut" ? "sessions die at once" : "open sessions linger",
  ]
    .filter((t) => t !== "")
    .join(", ");

function refusalText(refusal: Refusal, style: Style): string {
  return `\n${problemText(refusal, `  ${style.red(`✗ refused (${refusal.gate}):`)}`, style)}`;
}

function findingsText(d: DatabasePlan, { style, verbose }: PlanTextOptions): readonly string[] {
  if (verbose) return d.findings.map((f) => problemText(f, "  !", style));
  const important = d.findings.filter((f) => !QUIET.has(f.code));
  const shown = important.slice(0, 3).map((f) => table([[style.yellow("!"), f.what]], "  "));
  const rest = important.length - 3;
  return [
    ...(shown.length > 0 ? [""] : []),
    ...shown,
    ...(rest > 0 ? [`  … and ${counted(rest, "more finding")} (--verbose)`] : []),
  ];
}

/** Findings that are true of nearly every database, so they are told only where everything is. */
const QUIET: ReadonlySet<string> = new Set([
  "NO_FLOW_HISTORY",
  "PROVIDER_IP_LIST_IGNORED",
  "GROUP_REFERENCE",
]);

/** One line that says how things stand. */
export const planSummary = (plan: Plan, style: Style): string =>
  style.bold(wrap(`Plan: ${planCounts(plan)} · policy version ${plan.policy.version}`, ""));

/** How many databases stand how. */
export function planCounts({ databases, leftOut = 0 }: Plan): string {
  const enforced = databases.filter((d) => d.mode === "enforce");
  return [
    `${enforced.filter((d) => d.steps.length > 0).length} to change`,
    `${enforced.filter((d) => d.inSync && d.refused.length === 0).length} in sync`,
    `${enforced.filter((d) => d.refused.length > 0).length} refused`,
    `${databases.length - enforced.length} observed`,
    ...(leftOut === 0 ? [] : [`${grouped(leftOut)} left out`]),
  ].join(", ");
}
