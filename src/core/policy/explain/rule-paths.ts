import type { LabelTerms } from "../../label/label-terms.ts";
import type { AllowRule, RuleSet } from "../model.ts";
import { ruleSide } from "../rule-side.ts";
import { scopesOf } from "../scope.ts";
import type { Gap } from "./change.ts";
import { consumerWays } from "./consumer-ways.ts";
import { type ProviderWay, providerWays } from "./provider-ways.ts";
import type { Question } from "./question.ts";
import { ruleGaps } from "./rule-gaps.ts";
import { type Way, weight } from "./way.ts";

/** How a rule lets the address reach the database in one scope, or what it lacks for that. */
export interface RulePath {
  readonly ruleSet: RuleSet;
  readonly rule: AllowRule;
  readonly scope: LabelTerms;
  readonly provider: ProviderWay;
  readonly consumer: Way;
  /** Empty when the rule grants. */
  readonly gaps: readonly Gap[];
}

/** `serving`: only where the database is a provider of the rule already. */
export type PathChoice = "serving" | "any";

/** Each way through the rule that is worth a look, in every scope; nearest first. */
export function rulePaths(
  question: Question,
  ruleSet: RuleSet,
  rule: AllowRule,
  choice: PathChoice,
): readonly RulePath[] {
  const { index } = question;
  const providers = ruleSide(index, rule.providers);
  const paths: RulePath[] = [];
  for (const scope of scopesOf(index, ruleSet)) {
    const providing = providerWays(question, rule, providers, scope).filter(
      (way) => choice === "any" || way.serves,
    );
    if (providing.length === 0) continue;
    const consumers = ruleSide(index, rule.consumers);
    const whole = ruleGaps(ruleSet, rule, { providers, consumers, scope });
    for (const provider of providing.slice(0, TRIED)) {
      for (const consumer of consumerWays(question, rule, consumers, scope).slice(0, TRIED)) {
        const gaps = distinct([...whole, ...provider.gaps, ...consumer.gaps]);
        paths.push({ ruleSet, rule, scope, provider, consumer, gaps });
      }
    }
  }
  return paths.toSorted(byNearness);
}

/** Ways of a side that are looked at; the others are no nearer. */
const TRIED = 3;

function distinct(gaps: readonly Gap[]): readonly Gap[] {
  return [...new Map(gaps.map((gap) => [JSON.stringify(gap.change), gap])).values()];
}

/** Rules that have the database as a provider come first, then those with fewer changes. */
export function byNearness(a: RulePath, b: RulePath): number {
  if (a.provider.serves !== b.provider.serves) return a.provider.serves ? -1 : 1;
  return weight(a.gaps) - weight(b.gaps) || compareText(a.rule.href, b.rule.href);
}

const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b);
