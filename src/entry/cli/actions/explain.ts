import { type AccessQuestion, explainAccess } from "../../../app/explain-access.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import type { CliContext } from "../context.ts";
import { type World, withWorld } from "../load.ts";
import { CliProblem, diagnosticOf } from "../problem.ts";
import { explainText } from "../render/explain-text.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";

export interface ExplainOptions extends SourceOptions {
  readonly draft: boolean;
}

/** Explains one consumer and one database, and looks at the draft when policy denies. */
export async function runExplain(
  context: CliContext,
  options: ExplainOptions,
  source: string,
  database: string,
): Promise<void> {
  const settings = await readSettings(options);
  await withWorld(context, settings, async (world) => {
    const planned = await world.plan();
    const question: AccessQuestion = { source, database, owner: settings.plan.owner };
    const active = explain(planned, question);
    const draft = active.verdict === "denied" && options.draft ? await draftOf(world) : undefined;
    const explanation = draft === undefined ? active : explain(planned, { ...question, draft });
    if (settings.json) context.out(JSON.stringify(explanation, null, 2));
    else context.out(explainText(explanation, context.style));
  });
}

function explain(planned: Planned, question: AccessQuestion) {
  const explanation = explainAccess(planned, question);
  if (!explanation.ok) throw new CliProblem(explanation.error);
  return explanation.value;
}

/** A snapshot of active policy, and a PCE that shows its draft to nobody, have none to look at. */
async function draftOf(world: World): Promise<Planned | undefined> {
  try {
    return await world.plan("draft");
  } catch (error) {
    if (diagnosticOf(error) === undefined) throw error;
    return undefined;
  }
}
