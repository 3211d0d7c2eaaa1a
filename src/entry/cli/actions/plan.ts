import { writeFile } from "node:fs/promises";
import type { Planned } from "../../../app/plan-databases.ts";
import { verifyPlan } from "../../../app/verify-plan.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { type PlanDocument, planDocument } from "../../../core/plan/plan-document.ts";
import type { Verification } from "../../../core/verify/verify-plan.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { withWorld } from "../load.ts";
import { namesOf } from "../names.ts";
import { CliProblem } from "../problem.ts";
import { planText } from "../render/plan-text.ts";
import { verificationText } from "../render/verification-text.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";

export interface PlanOptions extends SourceOptions {
  readonly out?: string;
  readonly draft?: boolean;
  readonly verify?: boolean;
}

/** Makes a plan, shows it, and saves it where that was asked. */
export async function runPlan(context: CliContext, options: PlanOptions): Promise<void> {
  const settings = await readSettings(options);
  await withWorld(context, settings, async (world) => {
    const planned = await world.plan(options.draft === true ? "draft" : "active");
    const { plan, inventory } = planned;
    const verification = options.verify === true ? verifyPlan(plan, inventory) : undefined;
    const isSound = verification === undefined || verification.violations.length === 0;
    const json = JSON.stringify(withVerification(planDocument(plan), verification), null, 2);
    context.out(settings.json ? json : shown(context, planned, settings.verbose, verification));
    if (options.out !== undefined) await keep(context, options.out, json, isSound);
    context.exit(isSound ? planExit(plan) : 1);
  });
}

const withVerification = (document: PlanDocument, verification: Verification | undefined): object =>
  verification === undefined ? document : { ...document, verification };

function shown(
  { style }: CliContext,
  planned: Planned,
  verbose: boolean,
  verification: Verification | undefined,
): string {
  const text = planText(planned.plan, { style, nameOf: namesOf(planned), verbose });
  return verification === undefined ? text : `${text}\n\n${verificationText(verification, style)}`;
}

/** Saves a plan. One that does harm is only shown, so that nobody can carry it out. */
async function keep(context: CliContext, path: string, json: string, isSound: boolean): Promise<void> {
  if (!isSound) {
    context.progress(`Not saved as ${path}, because the plan is not sound`);
    return;
  }
  await save(path, `${json}\n`);
  context.progress(`Saved as ${path}; carry it out with: moat apply ${path}`);
}

async function save(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CliProblem({
      code: "PLAN_NOT_SAVED",
      what: `"${path}" cannot be written: ${error.code ?? error.message}`,
      why: "The plan was to be saved there",
      fix: "Check the path",
    });
  });
}

/** Any refusal makes 3, pending changes of an enforced database make 2. */
export function planExit(plan: Plan): ExitCode {
  if (plan.databases.some((d) => d.refused.length > 0)) return 3;
  return plan.databases.some((d) => d.steps.length > 0) ? 2 : 0;
}
