import type { SuggestReport } from "../../../app/suggest-policy.ts";
import type { Suggestion } from "../../../core/suggest/model.ts";
import { counted, grouped, labelText } from "./quantity.ts";

/** Rows of a table; a comment on a pull request has 65,536 characters. */
const MOST_ROWS = 100;

/** Suggestions for a pull request: one table of rules, one of what is left over. */
export function suggestMarkdown({
  suggestions,
  leftovers,
  totals,
  policy,
  superseded,
}: SuggestReport): string {
  const open = totals.seen - totals.alreadyAllowed;
  return [
    "## Suggested rules",
    "",
    `${counted(suggestions.length, "rule")} for ${grouped(totals.covered)} of ${grouped(open)} pairs of consumer and database that policy does not allow yet; ${grouped(totals.leftOver)} left over, ${grouped(totals.alreadyAllowed)} allowed already. Made from policy ${code(policy.version)}.`,
    "",
    ...section(
      "",
      "| Rule | Databases | Consumers | Seen | Between | Covers | Also allows, never seen |",
      suggestions.map(ruleRow),
    ),
    ...section(
      "### Left over",
      "| Consumer | Databases | Records | Last seen | Why no rule |",
      leftovers.map(({ consumer, databases, records, lastSeen, why }) =>
        row([
          code(consumer),
          databases.map(cell).join(", "),
          grouped(records),
          cell(day(lastSeen)),
          cell(why),
        ]),
      ),
    ),
    ...section(
      "### Suggested earlier, and not needed by now",
      "| Rule | Rule set | Why |",
      superseded.map(({ id, ruleSet, why }) => row([code(id), cell(ruleSet), cell(why)])),
    ),
  ].join("\n");
}

/** A table under its title, of which nothing is left when it has no row. */
function section(title: string, head: string, rows: readonly string[]): readonly string[] {
  if (rows.length === 0) return [];
  const more = rows.length - MOST_ROWS;
  return [
    ...(title === "" ? [] : [title, ""]),
    head,
    head.replace(/[^|]+/g, "---"),
    ...rows.slice(0, MOST_ROWS),
    "",
    ...(more > 0 ? [`And ${grouped(more)} more; \`moat suggest --json\` prints all of them.`, ""] : []),
  ];
}

function ruleRow({ id, databases, consumers, evidence, neverSeen }: Suggestion): string {
  const { names, workloads, records, firstSeen, lastSeen, coverage } = evidence;
  return row([
    code(id),
    databases.map(cell).join(", "),
    code(labelText(consumers)),
    `${counted(workloads, "workload")}${names.length === 0 ? "" : `: ${named(names, workloads)}`}; ${counted(records, "record")}`,
    firstSeen === undefined ? "" : cell(`${day(firstSeen)} and ${day(lastSeen)}`),
    `${Math.floor(coverage * 100)} % of what is not allowed yet`,
    neverSeen.pairs === 0
      ? "nothing"
      : `${counted(neverSeen.pairs, "pair")}, ${grouped(neverSeen.sameLabels)} with the labels of one seen: ${named(neverSeen.examples, neverSeen.pairs)}`,
  ]);
}

/** `a, b and 4 more`. */
function named(names: readonly string[], all: number): string {
  const more = all - names.length;
  return `${names.map(cell).join(", ")}${more > 0 ? ` and ${grouped(more)} more` : ""}`;
}

const day = (time: string | undefined): string => time?.slice(0, 10) ?? "";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Text that stays in its cell and is never markup, whatever a label or a name holds. */
const cell = (text: string): string =>
  text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]()<>#+!|~&@]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const code = (text: string): string => `<code>${cell(text)}</code>`;
