import { readFile } from "node:fs/promises";
import { addRules } from "../../../adapters/file/policy-file/add-rules.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import { providerFacts, type SuggestReport, suggestPolicy } from "../../../app/suggest-policy.ts";
import { chooseSuggestions } from "../../../core/suggest/choose-suggestions.ts";
import { type LabelRule, labelRule } from "../../../core/suggest/label-rule.ts";
import { withRules } from "../../../core/suggest/with-rules.ts";
import type { WhatIf, WhatIfAnswer } from "../../web/map-app.ts";
import type { ChoiceAnswer, SuggestionAnswers } from "../../web/suggestion-views.ts";
import { uiAssets } from "../../web/ui-assets.ts";
import { testsBeside } from "../actions/test.ts";
import type { World } from "../load.ts";
import { diagnosticsOf, throwProblems } from "../problem.ts";
import { counted } from "../render/quantity.ts";
import type { Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { choiceOf, parseChoice } from "./choice-file.ts";
import { reviewDocument } from "./review-document.ts";

interface SuggestionSource {
  readonly world: World;
  readonly settings: Settings;
  readonly options: SourceOptions;
  /** The plan that the map shows now. */
  readonly planned: () => Planned;
  /** Judges a draft, and gives the name by which the map shows it. */
  readonly whatIf: (draft: WhatIf) => Promise<WhatIfAnswer>;
}

/** Answers the page of suggestions from the plan that the map shows: both say the same of the same traffic. */
export function suggestionAnswers(source: SuggestionSource): SuggestionAnswers {
  const { world, settings, options } = source;
  let made: { readonly of: Planned; readonly report: SuggestReport } | undefined;
  const report = async (): Promise<SuggestReport> => {
    const planned = source.planned();
    if (made?.of !== planned) {
      const assertions = [...(planned.index.policy.tests ?? []), ...(await testsBeside(undefined))];
      made = { of: planned, report: suggestPolicy({ planned, assertions }) };
    }
    return made.report;
  };
  const rulesOf = async (choice: string): Promise<readonly LabelRule[]> => {
    const found = chooseSuggestions(
      (await report()).suggestions,
      choiceOf(parseChoice(choice, "the choice")),
    );
    if (found.ok) return found.value.map(labelRule);
    throwProblems(found.error);
    return [];
  };
  return {
    assets: () => uiAssets("review.tsx"),
    document: async () => JSON.stringify(reviewDocument(await report(), options, settings, world)),
    tryOut: (choice) =>
      answered(async () => {
        const rules = await rulesOf(choice);
        const answer = await source.whatIf(await draftOf(source, rules));
        return answer.ok ? { ok: true, value: answer.draft } : answer;
      }),
    policyText: (choice) =>
      answered(async () => ({ ok: true, value: addRules(await textOf(source), await rulesOf(choice)) })),
  };
}

/** The policy with the rules in it: the text that would be written, or what a PCE's draft would say. */
async function draftOf(source: SuggestionSource, rules: readonly LabelRule[]): Promise<WhatIf> {
  const name = counted(rules.length, "suggested rule");
  const planned = source.planned();
  if (planned.index.policy.source === "file") {
    return { kind: "file", name, text: addRules(await textOf(source), rules) };
  }
  return { kind: "policy", name, policy: withRules(planned.index.policy, rules, providerFacts(planned)) };
}

/** The text that rules are added to; for a PCE nothing, so that only the rules are shown. */
async function textOf({ planned, settings: { policy } }: SuggestionSource): Promise<string> {
  const isFile = planned().index.policy.source === "file";
  return isFile && policy !== undefined ? readFile(policy, "utf8") : "version: 1\n";
}

/** What can go wrong with a choice or a policy as an answer; anything else is our own mistake. */
async function answered<T>(make: () => Promise<ChoiceAnswer<T>>): Promise<ChoiceAnswer<T>> {
  try {
    return await make();
  } catch (error) {
    const problems = diagnosticsOf(error);
    if (problems.length === 0) throw error;
    return { ok: false, problems };
  }
}
