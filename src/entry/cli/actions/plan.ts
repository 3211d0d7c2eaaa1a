import { writeFile } from "node:fs/promises";
import type { Planned } from "../../../app/plan-databases.ts";
import { type PolicyTestReport, runPolicyTests } from "../../../app/run-policy-tests.ts";
import { verifyPlan } from "../../../app/verify-plan.ts";
import { isHeldInDoubt } from "../../../core/guard/hold-unknown-makers.ts";
import { comparePlans, type PlanComparison } from "../../../core/plan/compare-plans.ts";
import { comparisonDocument } from "../../../core/plan/comparison-document.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { planDocument } from "../../../core/plan/plan-document.ts";
import type { Verification } from "../../../core/verify/verify-plan.ts";
import { type CliContext, type ExitCode, outLines } from "../context.ts";
import { type World, withWorld } from "../load.ts";
import { aboutNamed, type DatabaseOptions } from "../named-databases.ts";
import { namesOf } from "../names.ts";
import { CliProblem } from "../problem.ts";
import { draftText } from "../render/draft-text.ts";
import { findingsOcsf } from "../render/finding-ocsf.ts";
import { planMarkdown } from "../render/plan-markdown.ts";
import { type NameOf, planText } from "../render/plan-text.ts";
import { findingsOfPlan, findingsOfVerification } from "../render/told-finding.ts";
import { verificationText } from "../render/verification-text.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { withMakers } from "../with-makers.ts";
import { testsBeside } from "./test.ts";

export interface PlanOptions extends SourceOptions, DatabaseOptions {
  readonly out?: string;
  readonly draft?: boolean;
  readonly verify?: boolean;
  readonly format?: Format;
  readonly tests?: string;
}

/** Makes a plan, shows it, and saves it where that was asked. */
export async function runPlan(context: CliContext, options: PlanOptions): Promise<void> {
  const settings = await readSettings(options);
  await withWorld(context, settings, async (opened) => {
    const world = withMakers(context, settings, opened);
    const planned = aboutNamed(await world.plan(options.draft === true ? "draft" : "active"), options);
    const verification = options.verify === true ? verifyPlan(planned.plan, planned.inventory) : undefined;
    const isSound = verification === undefined || verification.violations.length === 0;
    const beside = { verification, draft: await draftBeside(world, planned, options) };
    const json = JSON.stringify({ ...planDocument(planned.plan), ...besideDocument(beside) }, null, 2);
    const tests = await testsOf(planned, options);
    const text = inFormat(settings.json ? "json" : options.format, {
      json: () => json,
      ocsf: () => ocsfLines(context, planned, verification),
      markdown: () => planMarkdown(planned.plan, tests),
      text: () => shown(context, planned, settings.verbose, beside),
    });
    outLines(context, text);
    if (options.out !== undefined) await keep(context, options.out, json, isSound);
    context.exit(isSound ? testedExit(planned.plan, tests) : 1);
  });
}

const ocsfLines = (
  { clock }: CliContext,
  { plan, inventory }: Planned,
  verification: Verification | undefined,
): string =>
  findingsOcsf(
    [...findingsOfVerification(verification, plan, inventory), ...findingsOfPlan(plan, inventory)],
    clock.now(),
  );

type Format = "text" | "json" | "ocsf" | "markdown";

const inFormat = (format: Format | undefined, texts: Readonly<Record<Format, () => string>>): string =>
  texts[format ?? "text"]();

/** A test that failed tells more than what the plan is about to do. */
const testedExit = (plan: Plan, tests: PolicyTestReport | undefined): ExitCode =>
  tests !== undefined && tests.failed > 0 ? 4 : planExit(plan);

/** What came of the policy's own tests; `undefined` when there are none, or nobody reads them. */
async function testsOf(
  planned: Planned,
  { format, tests }: PlanOptions,
): Promise<PolicyTestReport | undefined> {
  if (format !== "markdown") return undefined;
  const assertions = [...(planned.index.policy.tests ?? []), ...(await testsBeside(tests))];
  return assertions.length === 0 ? undefined : runPolicyTests(planned, assertions);
}

/** The plan of the policy in force, and what the draft makes different. */
interface DraftBeside {
  readonly active: Planned;
  readonly comparison: PlanComparison;
}

/** What is shown beside a plan where it was asked for. */
interface Beside {
  readonly verification: Verification | undefined;
  readonly draft: DraftBeside | undefined;
}

/** Fields that are undefined are not printed. */
function besideDocument({ verification, draft }: Beside): object {
  return { verification, draft: draft === undefined ? undefined : comparisonDocument(draft.comparison) };
}

/** `undefined` for a source that holds one policy only, such as the snapshot of a draft: there is nothing beside it. */
async function draftBeside(
  world: World,
  planned: Planned,
  options: PlanOptions,
): Promise<DraftBeside | undefined> {
  if (options.draft !== true) return undefined;
  const active = aboutNamed(await world.plan("active", planned.inventory), options);
  if (active.plan.policy.version === planned.plan.policy.version) return undefined;
  return { active, comparison: comparePlans(active.plan, planned.plan) };
}

function shown(
  { style }: CliContext,
  planned: Planned,
  verbose: boolean,
  { verification, draft }: Beside,
): string {
  const nameOf = namesOf(planned);
  const parts = [planText(planned.plan, { style, nameOf, verbose })];
  if (draft !== undefined) {
    const nameBefore = namesOf(draft.active);
    const eitherName: NameOf = (href) => (nameOf(href) === href ? nameBefore(href) : nameOf(href));
    parts.push(draftText(draft.comparison, { style, nameOf: eitherName, verbose }));
  }
  if (verification !== undefined) parts.push(verificationText(verification, style));
  return parts.join("\n\n");
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

/** Any refusal makes 3, and so does what is held because nobody could be asked; pending changes of an enforced database make 2. */
export function planExit(plan: Plan): ExitCode {
  if (plan.databases.some((d) => d.refused.length > 0 || isHeldInDoubt(d))) return 3;
  return plan.databases.some((d) => d.steps.length > 0) ? 2 : 0;
}
