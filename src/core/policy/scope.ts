import { type LabelTerms, labelTerms } from "../label/label-terms.ts";
import type { RuleSet } from "./model.ts";
import type { PolicyIndex } from "./policy-index.ts";

/** The scopes of a rule set, looked up; each counts by itself. No scopes at all mean one that holds everywhere. */
export function scopesOf(index: PolicyIndex, ruleSet: RuleSet): readonly LabelTerms[] {
  const scopes = ruleSet.scopes.length === 0 ? [[]] : ruleSet.scopes;
  return scopes.map((entries) => labelTerms(index.catalog, entries, "and"));
}
