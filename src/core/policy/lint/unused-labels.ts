import type { LabelId } from "../../label/label-catalog.ts";
import { labelName } from "../explain/words.ts";
import type { Actor, RuleSet, ScopeEntry } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import type { LintFinding } from "./lint-finding.ts";
import { type LintWorld, nameWords } from "./lint-world.ts";

/** Labels that enabled rules or their scopes name and that no workload and no virtual service carries. */
export function unusedLabels({ index }: LintWorld): readonly LintFinding[] {
  const users = new Map<LabelId, Set<string>>();
  for (const ruleSet of index.policy.ruleSets) {
    if (!ruleSet.enabled) continue;
    for (const id of labelsIn(index, ruleSet)) {
      const known = users.get(id) ?? new Set();
      users.set(id, known.add(ruleSet.name));
    }
  }
  return [...users]
    .filter(([id]) => !isCarried(index, id))
    .map(([id, sets]) => finding(index, id, [...sets]));
}

function isCarried(index: PolicyIndex, id: LabelId): boolean {
  return index.workloadLabels.carriers.has(id) || index.virtualServiceLabels.carriers.has(id);
}

function* labelsIn(index: PolicyIndex, ruleSet: RuleSet): Iterable<LabelId> {
  for (const scope of ruleSet.scopes) yield* labelsOfTerms(index, scope);
  for (const rule of [...ruleSet.rules, ...ruleSet.denyRules]) {
    if (!rule.enabled) continue;
    yield* labelsOfTerms(index, rule.providers);
    yield* labelsOfTerms(index, rule.consumers);
  }
}

function* labelsOfTerms(index: PolicyIndex, terms: readonly (Actor | ScopeEntry)[]): Iterable<LabelId> {
  for (const term of terms) {
    if (term.kind === "labelGroup") yield* index.catalog.group(term.href)?.labels ?? [];
    const id = term.kind === "label" ? index.catalog.idOf.get(term.href) : undefined;
    if (id !== undefined) yield id;
  }
}

function finding(index: PolicyIndex, id: LabelId, ruleSets: readonly string[]): LintFinding {
  return {
    code: "LABEL_CARRIED_BY_NOBODY",
    about: { kind: "label", href: index.catalog.labels[id]?.href ?? "" },
    what: `the label ${labelName(index, id)} is used by ${nameWords(ruleSets)}, and nobody carries it`,
    why: "what a rule says of a label that nobody carries has no effect, and is a misspelling more often than a plan",
    fix: "give the label to the workloads that are meant, or take it out of the rules",
  };
}
