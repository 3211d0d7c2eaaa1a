import type { Diagnostic } from "../diagnostic.ts";
import type { Href } from "./model.ts";

/** How messages call an object: its name, if it has one, and its href. */
export function nameOf(object: { readonly href: Href; readonly name?: string }): string {
  return object.name === undefined ? `"${object.href}"` : `"${object.name}" (${object.href})`;
}

/** How messages call a rule. */
export function ruleName(rule: { readonly href: Href; readonly description?: string }): string {
  const named = rule.description === undefined || rule.description === "";
  return named ? `rule "${rule.href}"` : `rule "${rule.description}" (${rule.href})`;
}

/** The problem as it stands in one place (a rule, say) with what it means there. */
export function inPlace(place: string, problem: Diagnostic, effect: string): Diagnostic {
  return { ...problem, what: `${place}: ${problem.what}`, why: `${problem.why}; ${effect}` };
}

/** Without duplicates, in an order that depends on the content alone. */
export function sortedFindings(findings: Iterable<Diagnostic>): Diagnostic[] {
  const byText = new Map<string, Diagnostic>();
  for (const finding of new Set(findings)) {
    byText.set(
      `${finding.code}\n${finding.what}\n${finding.why}\n${finding.fix}\n${placeOf(finding)}`,
      finding,
    );
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding);
}

function placeOf({ at }: Diagnostic): string {
  return at === undefined ? "" : `${at.file ?? ""}:${at.line}:${at.column}`;
}
