import type { Planned } from "../../../app/plan-databases.ts";
import { runPolicyTests } from "../../../app/run-policy-tests.ts";
import { uncovered } from "../../../app/suggest-policy.ts";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import { assertionText } from "../../../core/policy/assertion/assertion.ts";
import type { SuggestRun } from "./suggest-run.ts";

/** More than these are only counted. */
const SHOWN = 5;

/**
 * Tries the policy with the rules in it: everybody whom the suggestions cover must be let in, and no test that held
 * before may fail now.
 *
 * @returns what does not hold; empty when all does
 */
export function proveSuggestions(
  { planned, assertions, report }: Pick<SuggestRun, "planned" | "assertions" | "report">,
  after: Planned,
): readonly Diagnostic[] {
  const missing = uncovered(planned, after, report.observations, report.suggestions);
  const held = runPolicyTests(planned, assertions, ["model"]).results;
  const broken = runPolicyTests(after, assertions, ["model"]).results.filter(
    ({ passed }, at) => !passed && held[at]?.passed === true,
  );
  return [
    ...missing.slice(0, SHOWN).map(({ consumer, database, suggestion }) => ({
      code: "SUGGESTION_WITHOUT_EFFECT",
      what: `With rule ${suggestion} in the policy ${consumer} would still not reach "${database}"${missing.length > SHOWN ? `, and ${missing.length - 1} more` : ""}`,
      why: "Another part of the policy, an override deny rule most likely, keeps it out",
      fix: `Ask "moat explain ${consumer} ${database}", or leave the rule out with --except ${suggestion}`,
    })),
    ...broken.map(({ assertion }) => ({
      code: "SUGGESTION_BREAKS_TEST",
      what: `With these rules the test "${assertionText(assertion)}" would fail`,
      why: "It held before, and a suggestion must not cross the policy's own boundaries",
      fix: "Leave rules out with --except until it holds",
    })),
  ];
}
