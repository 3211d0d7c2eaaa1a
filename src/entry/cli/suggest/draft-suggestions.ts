import { draftRules } from "../../../adapters/pce/draft-rules.ts";
import { createPceClient, type PceClientOptions } from "../../../adapters/pce/pce-client.ts";
import { providerFacts } from "../../../app/suggest-policy.ts";
import { labelRule } from "../../../core/suggest/label-rule.ts";
import { CliProblem, throwProblems } from "../problem.ts";
import { counted } from "../render/quantity.ts";
import { pceOptions } from "../wire/policy-source.ts";
import { proveSuggestions } from "./prove-suggestions.ts";
import type { SuggestRun } from "./suggest-run.ts";

/** Adds the chosen suggestions to the draft of the PCE, and tells what the draft then says. Provisions nothing. */
export async function draftSuggestions(run: SuggestRun): Promise<void> {
  const { context, world, planned, report } = run;
  const options = await pce(run);
  if (report.suggestions.length === 0) {
    context.progress("There is nothing to draft");
    return;
  }
  const { ruleSets, added, kept } = await draftRules(
    createPceClient(options),
    report.suggestions.map(labelRule),
    providerFacts(planned),
  );
  context.progress(
    `Drafted ${counted(added, "rule")} in ${ruleSets.map((name) => `"${name}"`).join(", ")}${kept === 0 ? "" : `; ${counted(kept, "rule")} stood there already`}`,
  );
  throwProblems(proveSuggestions(run, await world.plan("draft", planned.inventory)));
  context.progress('The draft lets in all that they cover. See "moat plan --draft"; provision it in the PCE');
}

async function pce({ context, settings, world }: SuggestRun): Promise<PceClientOptions> {
  if (settings.policy === undefined && world.source.sandbox !== undefined) return world.source.sandbox.pce;
  if (settings.policy !== undefined && /^https?:\/\//.test(settings.policy)) {
    return pceOptions(settings.policy, context.env, world.source.clients);
  }
  throw new CliProblem({
    code: "DRAFT_NEEDS_PCE",
    what: "--draft needs a PCE",
    why: `The policy comes from ${settings.policy === undefined ? "nowhere" : `"${settings.policy}"`}`,
    fix: "Give --policy with the URL of a PCE; for a policy file use --write",
  });
}
