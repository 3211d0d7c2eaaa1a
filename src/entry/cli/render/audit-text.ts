import type { AuditReport } from "../../../core/audit/verify-audit.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

const SHOWN = 40;

/** What a check of an audit file found, the violations by line. */
export function auditText(report: AuditReport, style: Style): string {
  const { lines, databases, runs, replayed, violations } = report;
  const looked = `${counted(lines, "record")} of ${counted(runs, "run")} at ${counted(databases, "database")}; ${counted(replayed, "step")} replayed`;
  if (violations.length === 0)
    return `${style.green("✓")} ${looked}. The chain is whole, and no write breaks a rule.`;
  const rows = violations
    .slice(0, SHOWN)
    .map((v) => [
      style.red("✗"),
      `line ${v.line}`,
      v.rule,
      `${v.what}${v.database === undefined ? "" : ` (${nameOf(v.database)})`}`,
    ]);
  const more = violations.length - SHOWN;
  return [
    table(rows),
    ...(more > 0 ? [`… and ${more} more`] : []),
    "",
    style.bold(`${counted(violations.length, "violation")} in ${looked}.`),
  ].join("\n");
}

const nameOf = (arn: string): string => arn.split(":").at(-1) ?? arn;
