import { contains } from "../../net/address-set.ts";
import { resolvePolicy } from "../resolve-policy.ts";
import { applyChanges } from "./apply-changes.ts";
import type { Gap } from "./change.ts";
import { decidingDenies, denyGap } from "./deciding-denies.ts";
import { type Question, questionOf } from "./question.ts";
import { byNearness, type PathChoice, type RulePath, rulePaths } from "./rule-paths.ts";
import { weight } from "./way.ts";

/** A rule that would let the address in if all its gaps were closed. */
export interface NearRule {
  readonly path: RulePath;
  /** Those of the rule, and the override denies that would still be against it. */
  readonly gaps: readonly Gap[];
  /** Tried out: with these changes and no others policy allows. False when something must be made readable first. */
  readonly tried: boolean;
}

/** Rules that are shown. */
const SHOWN = 5;
/** Paths that are tried out; the rest are further away. */
const TRIED = 20;
/** Of one rule. */
const PER_RULE = 4;

/**
 * The rules that come nearest to letting the address in, fewest changes first. Those with the database as a provider
 * are preferred; where there is none, rules that would have to cover the database first. Each is tried out on the
 * policy, so that the changes named are enough.
 */
export function nearRules(question: Question): readonly NearRule[] {
  const serving = nearOf(question, "serving");
  return serving.length > 0 ? serving : nearOf(question, "any");
}

function nearOf(question: Question, choice: PathChoice): readonly NearRule[] {
  const paths = allPaths(question, choice).flatMap((ofRule) => ofRule.slice(0, PER_RULE));
  const found = new Map<string, NearRule>();
  for (const path of paths.toSorted(byNearness).slice(0, TRIED)) {
    if (found.has(path.rule.href)) continue;
    if (weight(path.gaps) >= furthestShown([...found.values()])) break;
    const near = tryOut(question, path);
    if (near !== undefined) found.set(path.rule.href, near);
  }
  return [...found.values()].toSorted((a, b) => weight(a.gaps) - weight(b.gaps)).slice(0, SHOWN);
}

/** What a further rule would have to come nearer than in order to be shown. */
function furthestShown(found: readonly NearRule[]): number {
  const weights = found.map((near) => weight(near.gaps)).toSorted((a, b) => a - b);
  return weights[SHOWN - 1] ?? Number.POSITIVE_INFINITY;
}

/** The paths through each rule, nearest first. */
export function allPaths(question: Question, choice: PathChoice): readonly (readonly RulePath[])[] {
  return question.index.policy.ruleSets.flatMap((ruleSet) =>
    ruleSet.rules.map((rule) => rulePaths(question, ruleSet, rule, choice)),
  );
}

function tryOut(question: Question, path: RulePath): NearRule | undefined {
  const { index, database, address } = question;
  if (path.gaps.some(({ change }) => change.kind === "mend")) {
    return { path, gaps: [...path.gaps, ...decidingDenies(question).map(denyGap)], tried: false };
  }
  const changed = applyChanges(
    index.policy,
    path.gaps.map((gap) => gap.change),
  );
  // A new label may bring the consumer or the database under an override deny that left it alone before.
  const against = decidingDenies(questionOf(changed, database, address, index.options)).map(denyGap);
  const freed = applyChanges(
    changed,
    against.map((gap) => gap.change),
  );
  const answer = resolvePolicy(freed, [database], index.options).databases.get(database.arn);
  const allowed = answer !== undefined && contains(answer.allowed, address);
  return allowed ? { path, gaps: [...path.gaps, ...against], tried: true } : undefined;
}
