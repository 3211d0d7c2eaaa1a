import type {
  AccessExplanation,
  ExplainedParty,
  ExplainedSubject,
  LiveAnswer,
  NearestRule,
  Reason,
  RuleReason,
} from "../../../app/access-explanation.ts";
import { counted, labelText, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table, wrap } from "./table.ts";

/** An explanation as a person reads it: the verdict first, then why, what is live, what was seen, what is not known. */
export function explainText(explanation: AccessExplanation, style: Style): string {
  const parts = [
    headText(explanation, style),
    subjectsText(explanation, style),
    whyText(explanation, style),
    nearestText(explanation, style),
    liveText(explanation, style),
    seenText(explanation, style),
    unknownText(explanation, style),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function headText(explanation: AccessExplanation, style: Style): string {
  const { database, source, policy, port } = explanation;
  const who = source.kind === "address" ? addressWords(explanation) : source.given;
  const where = [database.engine, `tcp ${port ?? "?"}`, database.mode, labelText(database.labels)];
  const to = `${database.id} (${where.filter((word) => word !== "").join(", ")})`;
  return `${style.bold(wrap(`${who} → ${to}`, ""))}\n${verdictText(explanation, style)} by policy version ${policy.version}`;
}

function addressWords({ source }: AccessExplanation): string {
  const names = source.workloads.map(({ name, labels }) => `${name} ${labelText(labels)}`.trim());
  return names.length === 0 ? source.given : `${source.given} (${names.join("; ")})`;
}

function verdictText({ summary, verdict }: AccessExplanation, style: Style): string {
  const { allowed, denied } = summary;
  if (allowed > 0 && denied > 0) {
    return style.yellow(`~ PARTLY ALLOWED: ${allowed} allowed, ${denied} denied`);
  }
  return verdict === "allowed" ? style.green("✓ ALLOWED") : style.red("✗ DENIED");
}

/** Subjects that are listed; the others are counted. */
const LISTED = 20;

function subjectsText({ subjects }: AccessExplanation, style: Style): string {
  if (subjects.length < 2) return "";
  const rows = subjects
    .slice(0, LISTED)
    .map((each) => [
      each.verdict === "allowed" ? style.green("✓ allowed") : style.red("✗ denied"),
      each.address,
      each.name ?? "",
      liveWords(each),
    ]);
  const rest = subjects.length - rows.length;
  return [table(rows, "  "), ...(rest > 0 ? [`  … and ${rest} more`] : [])].join("\n");
}

const LIVE_WORDS: Readonly<Record<LiveAnswer, string>> = {
  admitted: "admitted now",
  partly: "partly admitted now",
  notAdmitted: "not admitted now",
  unknown: "now: not known",
};

function liveWords({ verdict, live }: ExplainedSubject): string {
  const drifted = verdict === "allowed" ? live === "notAdmitted" : live === "admitted" || live === "partly";
  return `${LIVE_WORDS[live]}${drifted ? " !" : ""}`;
}

function whyText(explanation: AccessExplanation, style: Style): string {
  const { because, about, subjects } = explanation;
  const title = subjects.length > 1 ? `Why, for ${about ?? ""}` : "Why";
  return section(
    title,
    because.map((reason) => reasonText(explanation, reason, style)),
    style,
  );
}

function reasonText(explanation: AccessExplanation, reason: Reason, style: Style): string {
  if (reason.kind === "rule") return chainText(explanation, reason);
  const doubt = reason.kind === "overrideDeny" && reason.doubtful ? "; a part of it cannot be read" : "";
  return table([[style.red("✗"), `${reason.what}${doubt}`]], "  ");
}

/** The chain from labels to the rule, one link a line. */
function chainText({ database }: AccessExplanation, reason: RuleReason): string {
  const { rule, line, description } = reason;
  const at = description === undefined ? [] : [["", ruleAt(rule, line)]];
  const found = database.matched.find((each) => each.href === reason.provider.href);
  return table(
    [
      ["consumer", partyText(reason.consumer)],
      ["scope", `${reason.scope}${reason.extraScope ? " (the provider's; consumers may lie outside)" : ""}`],
      ["rule", `${ruleWords(reason)} of "${reason.ruleSetName}"`],
      ...at,
      [
        "provider",
        `${partyText(reason.provider)}${found === undefined ? "" : `; stands for the database by its ${found.by}`}`,
      ],
    ],
    "  ",
  );
}

const KINDS: Readonly<Record<string, string>> = {
  workload: "workload",
  virtualService: "virtual service",
  ipList: "IP list",
};

function partyText({ kind, name, by, labels }: ExplainedParty): string {
  const carried = labelText(labels);
  return `${KINDS[kind] ?? kind} "${name}"${carried === "" ? "" : ` (${carried})`}, matched by ${by}`;
}

function nearestText({ nearest, because }: AccessExplanation, style: Style): string {
  if (nearest.length === 0) return "";
  const title = because.some(({ kind }) => kind === "overrideDeny")
    ? "What would have to change"
    : "Nearest rules, and what would have to change";
  return section(
    title,
    nearest.map((near, at) => nearText(near, at + 1, style)),
    style,
  );
}

function nearText(near: NearestRule, number: number, style: Style): string {
  const { rule, line, description, ruleSetName, changes, tried } = near;
  const count = tried ? counted(changes, "change") : "what it takes cannot be told";
  const place = [
    ...(description === undefined ? [] : [ruleAt(rule, line)]),
    `scope ${near.scope}`,
    ...(near.servesDatabase ? [] : ["the database is no provider of it yet"]),
  ];
  const conditions = near.conditions.flatMap(({ condition, fix }) => [
    table([[style.red("✗"), condition]], INNER),
    table([["fix:", fix]], `${INNER}   `),
  ]);
  return [
    table([[`${number}.`, `${ruleWords(near)} of "${ruleSetName}": ${count}`]], "  "),
    style.dim(wrap(place.join(" · "), INNER)),
    ...conditions,
  ].join("\n");
}

const INNER = "      ";

const ruleWords = ({ rule, description }: { rule: string; description?: string }): string =>
  description === undefined ? rule : `"${description}"`;

const ruleAt = (rule: string, line: number | undefined): string =>
  line === undefined ? rule : `${rule}, line ${line}`;

function liveText({ live, port }: AccessExplanation, style: Style): string {
  const wanted = live.compiled.length === 0 ? "none" : `${live.compiled.join(", ")} tcp ${port ?? ""}`;
  const through = `none of ${live.attachedGroups.join(", ") || "its groups (there are none)"}`;
  const rules = live.admittedBy.map(
    ({ group, groupName, ours, securityGroupRuleId, source, ports }) =>
      `${group} (${groupName}, ${ours ? "ours" : "not ours"}) ${securityGroupRuleId ?? ""} ${source} ${ports}`,
  );
  const now = rules.length === 0 ? [["now", live.answer === "unknown" ? "not known" : through]] : [];
  const partly = live.answer === "partly" ? "partly now" : "now";
  const disagreement = live.disagreement === undefined ? [] : [[style.yellow("!"), live.disagreement]];
  return section(
    "Group rules",
    [
      table([["by policy", wanted], ...now, ...rules.map((rule) => [partly, rule.replace("  ", " ")])], "  "),
      ...(disagreement.length === 0 ? [] : [table(disagreement, "  ")]),
    ],
    style,
  );
}

function seenText({ flows }: AccessExplanation, style: Style): string {
  if (!flows.known) return "";
  if (flows.seen.length === 0) return section("Seen in flow logs", ["  never, in the logs given"], style);
  const rows = flows.seen.map((each) => [
    each.action ?? "no action logged",
    each.consumer,
    counted(each.records, "record"),
    each.lastSeen === undefined ? "" : `last ${shortTime(each.lastSeen)}`,
  ]);
  return section("Seen in flow logs", [table(rows, "  ")], style);
}

function unknownText({ unknown }: AccessExplanation, style: Style): string {
  const lines = unknown.flatMap(({ what, why, fix }) => [
    table([["?", `${what}: ${why}`]], "  "),
    table([["fix:", fix]], "     "),
  ]);
  return section("Not known", lines, style);
}

function section(title: string, lines: readonly string[], style: Style): string {
  return lines.length === 0 ? "" : [style.bold(title), ...lines].join("\n");
}
