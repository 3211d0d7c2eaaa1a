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

/** Texts of findings that are sorted more than once, as those of a rule are with every database it serves. */
export type FindingTexts = Map<Diagnostic, string>;

/** Without duplicates, in an order that depends on the content alone. */
export function sortedFindings(
  findings: Iterable<Diagnostic>,
  texts: FindingTexts = new Map(),
): Diagnostic[] {
  const byText = new Map<string, Diagnostic>();
  for (const finding of new Set(findings)) {
    const text = texts.get(finding) ?? textOf(finding);
    texts.set(finding, text);
    byText.set(text, finding);
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding);
}

function textOf(finding: Diagnostic): string {
  const { code, what, why, fix } = finding;
  return [code, what, why, fix, placeOf(finding)].join("\n");
}

function placeOf({ at }: Diagnostic): string {
  return at === undefined ? "" : `${at.file ?? ""}:${at.line}:${at.column}`;
}
