import type { AddressChange, DatabaseComparison, PlanComparison } from "../../../core/plan/compare-plans.ts";
import type { LostConsumer, Refusal } from "../../../core/plan/plan.ts";
import type { CompiledRule } from "../../../core/rule/compile-rules.ts";
import { portsText, sourceText } from "../../../core/rule/rule-text.ts";
import { type NameOf, reasonsText } from "./plan-text.ts";
import { problemText } from "./problem-text.ts";
import { addressCount, counted, labelText, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table, wrap } from "./table.ts";

export interface DraftTextOptions {
  readonly style: Style;
  /** Names in the draft, and in the policy in force for what the draft no longer has. */
  readonly nameOf: NameOf;
  readonly verbose: boolean;
}

/** What provisioning the draft would change, as a person reads it. */
export function draftText(comparison: PlanComparison, options: DraftTextOptions): string {
  const { databases, same, from } = comparison;
  const { style } = options;
  const total = databases.length + same;
  if (databases.length === 0) {
    return style.bold(
      wrap(
        `Draft: provisioning it changes nothing for any of ${counted(total, "database")} · in force is version ${from.version}`,
        "",
      ),
    );
  }
  const head = style.bold(
    wrap(
      `Draft: provisioning it changes ${databases.length} of ${counted(total, "database")} · in force is version ${from.version}`,
      "",
    ),
  );
  return [head, ...databases.map((database) => databaseText(database, options))].join("\n\n");
}

function databaseText(database: DatabaseComparison, options: DraftTextOptions): string {
  const { style } = options;
  const shown = options.verbose ? Number.POSITIVE_INFINITY : SHOWN;
  return [
    `${style.bold(database.id)} · ${summary(database)}`,
    ...listText(database.rulesAdded, shown, (rule) => ruleRow(rule, style.green("+"), options)),
    ...listText(database.rulesRemoved, shown, (rule) => ruleRow(rule, style.red("-"), options)),
    ...listText(database.losesAccess, shown, (lost) => consumerRow(lost, style.red("! loses access"))),
    ...listText(database.keepsAccess, shown, (kept) => consumerRow(kept, style.green("+ keeps access"))),
    ...database.refused.map((refusal) => refusalText(refusal, style)),
    ...database.acceptable.map(({ gate }) => `  No longer refused: ${gate}`),
  ].join("\n");
}

const SHOWN = 12;

function summary({ gains, loses }: DatabaseComparison): string {
  const parts = [
    ...(gains.addresses > 0n ? [`${amount(gains)} gained`] : []),
    ...(loses.addresses > 0n ? [`${amount(loses)} lost`] : []),
  ];
  return parts.length === 0 ? "the same addresses" : parts.join(", ");
}

const amount = ({ addresses }: AddressChange): string => addressCount(addresses);

function listText<T>(list: readonly T[], shown: number, row: (member: T) => readonly string[]): string[] {
  if (list.length === 0) return [];
  const rest = list.length - shown;
  return [table(list.slice(0, shown).map(row), "  "), ...(rest > 0 ? [`  … and ${rest} more`] : [])];
}

function ruleRow(rule: CompiledRule, mark: string, { style, nameOf }: DraftTextOptions): readonly string[] {
  return [mark, sourceText(rule.source), portsText(rule), style.dim(reasonsText(rule.because, nameOf))];
}

function consumerRow(lost: LostConsumer, mark: string): readonly string[] {
  const seen = lost.lastSeen === undefined ? "" : `seen ${shortTime(lost.lastSeen)}, `;
  return [
    mark,
    lost.consumer,
    labelText(lost.labels) || "no label",
    `${seen}${counted(lost.records, "record")}`,
  ];
}

function refusalText(refusal: Refusal, style: Style): string {
  return problemText(refusal, `  ${style.red(`✗ would be refused (${refusal.gate}):`)}`, style);
}
