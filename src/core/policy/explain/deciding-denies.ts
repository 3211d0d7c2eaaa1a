import { contains } from "../../net/address-set.ts";
import type { Resolving } from "../allow-rules.ts";
import { databaseDraft } from "../database-draft.ts";
import type { DenyRule, RuleSet } from "../model.ts";
import { resolveOverrideDenies } from "../override-denies.ts";
import { type ProviderIndex, providerIndex } from "../provider-index.ts";
import { ruleSide } from "../rule-side.ts";
import type { Gap } from "./change.ts";
import type { Question } from "./question.ts";
import { termsWords } from "./words.ts";

/** An override deny that names the address and covers the database. */
export interface DenyHit {
  readonly ruleSet: RuleSet;
  readonly rule: DenyRule;
  /** What it says of its consumers: `env=dev`, `IP list "corp"`. */
  readonly consumers: string;
  /** It hits perhaps only because a part of it cannot be read. */
  readonly doubtful: boolean;
}

/** The override denies that keep the address from the database, each by itself. */
export function decidingDenies(question: Question): readonly DenyHit[] {
  const hits: DenyHit[] = [];
  const providers = providerIndex(question.index, [question.match]);
  for (const ruleSet of question.index.policy.ruleSets) {
    for (const rule of ruleSet.enabled ? ruleSet.denyRules : []) {
      const hit = hitOf(question, providers, ruleSet, rule);
      if (hit !== undefined) hits.push(hit);
    }
  }
  return hits;
}

/** Asks the resolver about the one rule. */
function hitOf(
  question: Question,
  providers: ProviderIndex,
  ruleSet: RuleSet,
  rule: DenyRule,
): DenyHit | undefined {
  if (!rule.enabled || !rule.override) return undefined;
  const { lookups, match, address } = question;
  const draft = databaseDraft(match);
  const before = draft.incomplete.size;
  const to: Resolving = {
    lookups,
    providers,
    drafts: [draft],
    findings: new Set(),
  };
  resolveOverrideDenies(to, { ...ruleSet, denyRules: [rule] });
  if (![...draft.denied].some((set) => contains(set, address))) return undefined;
  return {
    ruleSet,
    rule,
    consumers: consumersOf(question, rule),
    doubtful: draft.incomplete.size > before,
  };
}

function consumersOf({ index }: Question, rule: DenyRule): string {
  const side = ruleSide(index, rule.consumers);
  const labelled =
    side.terms === undefined ? [] : [termsWords(index, side.terms).join(" ") || "all workloads"];
  const lists = side.ipLists.map((href) => `IP list "${index.ipLists.get(href)?.name ?? href}"`);
  const direct = side.workloads.length + side.virtualServices.length;
  const named = direct === 0 ? [] : [`${direct} named directly`];
  const unreadable = side.anything || side.dropped.length > 0 ? ["something unreadable"] : [];
  return [...labelled, ...lists, ...named, ...unreadable].join(", ") || "nobody we can read";
}

/** An override deny as something that would have to change. */
export function denyGap({ rule, ruleSet, consumers }: DenyHit): Gap {
  const named = rule.description === undefined || rule.description === "" ? "" : ` "${rule.description}"`;
  return {
    code: "OVERRIDE_DENIED",
    condition: `the override deny${named} (${rule.href}) of the rule set "${ruleSet.name}" is against it, for ${consumers}`,
    fix: `disable the override deny ${rule.href}, or narrow it,`,
    change: { kind: "liftOverrideDeny", rule: rule.href },
  };
}
