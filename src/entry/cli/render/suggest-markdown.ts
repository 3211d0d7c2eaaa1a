import type { SuggestReport } from "../../../app/suggest-policy.ts";
import { counted, labelText } from "./quantity.ts";

/** Suggestions for a pull request: one table of rules, one of what is left over. */
export function suggestMarkdown({ suggestions, leftovers, totals, policy }: SuggestReport): string {
  const open = totals.seen - totals.alreadyAllowed;
  return [
    "## Suggested rules",
    "",
    `${counted(suggestions.length, "rule")} for ${totals.covered} of ${open} pairs of consumer and database that policy does not allow yet. Made from policy ${code(policy.version)}.`,
    "",
    ...(suggestions.length === 0
      ? []
      : [
          "| Rule | Databases | Consumers | Seen | Since | Also allows, never seen |",
          "|---|---|---|---|---|---|",
          ...suggestions.map(({ id, databases, consumers, evidence, neverSeen }) =>
            row([
              code(id),
              databases.map(cell).join(", "),
              code(labelText(consumers)),
              `${counted(evidence.workloads, "workload")}, ${counted(evidence.records, "record")}`,
              cell(evidence.firstSeen?.slice(0, 10) ?? ""),
              neverSeen.pairs === 0
                ? "nothing"
                : `${counted(neverSeen.pairs, "pair")}: ${neverSeen.examples.map(cell).join(", ")}`,
            ]),
          ),
          "",
        ]),
    ...(leftovers.length === 0
      ? []
      : [
          "### Left over",
          "",
          "| Consumer | Databases | Records | Why no rule |",
          "|---|---|---|---|",
          ...leftovers.map(({ consumer, databases, records, why }) =>
            row([code(consumer), databases.map(cell).join(", "), `${records}`, cell(why)]),
          ),
          "",
        ]),
  ].join("\n");
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Text that stays in its cell and is never markup, whatever a label or a name holds. */
const cell = (text: string): string =>
  text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]()<>#+!|~&@]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const code = (text: string): string => `<code>${cell(text)}</code>`;
