import type { LintFinding } from "../../../core/policy/lint/lint-finding.ts";
import { problemText } from "./problem-text.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";

/** Findings as a person reads them, with their codes, and how many there are. */
export function lintText(findings: readonly LintFinding[], style: Style): string {
  if (findings.length === 0) return style.green("✓ Nothing to find fault with.");
  const blocks = findings.map((finding) => problemText(finding, style.yellow(`! ${finding.code}:`), style));
  return [...blocks, style.bold(counted(findings.length, "finding"))].join("\n\n");
}
