import type { AuditReport } from "../../../core/audit/verify-audit.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

const SHOWN = 40;

/** What a check of an audit file found, the violations by line. */
export function auditText(report: AuditReport, style: Style): string {
  const { lines, databases, runs, replayed, atOnce, onboarding, violations, unfinished } = report;
  const looked = [
    `${counted(lines, "record")} of ${counted(runs, "run")} at ${counted(databases, "database")}; ${counted(replayed, "step")} replayed`,
    ...(atOnce === 0 ? [] : [`${counted(atOnce, "time")} several processes at one database`]),
    ...(onboarding === 0 ? [] : [`${counted(onboarding, "write")} of onboarding`]),
  ].join(";\n  ");
  const waiting = unfinishedText(unfinished, style);
  if (violations.length === 0)
    return [
      `${style.green("✓")} ${looked}. The chain is whole, and no write breaks a rule.`,
      ...waiting,
    ].join("\n");
  const rows = violations
    .slice(0, SHOWN)
    .map((v) => [
      style.red("✗"),
      where(v),
      v.rule,
      `${v.what}${v.database === undefined ? "" : ` (${nameOf(v.database)})`}`,
    ]);
  const more = violations.length - SHOWN;
  return [
    table(rows),
    ...(more > 0 ? [`… and ${more} more`] : []),
    "",
    style.bold(`${counted(violations.length, "violation")} in ${looked}.`),
    ...waiting,
  ].join("\n");
}

const where = ({ chain, line }: { readonly chain?: string; readonly line: number }): string =>
  chain === undefined ? `line ${line}` : `${chain} ${line}`;

/** Where a run ended before things were as policy says; the next one goes on. */
function unfinishedText(unfinished: AuditReport["unfinished"], style: Style): readonly string[] {
  if (unfinished.length === 0) return [];
  const rows = unfinished
    .slice(0, SHOWN)
    .map((u) => [style.yellow("!"), where(u), nameOf(u.database), `${u.address} is not yet as policy says`]);
  const more = unfinished.length - SHOWN;
  return [
    "",
    `The last run at ${counted(unfinished.length, "database")} left something to the next one:`,
    table(rows),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

const nameOf = (arn: string): string => arn.split(":").at(-1) ?? arn;
