import type { ApplyPorts } from "../../../app/apply-run.ts";
import type { Planned } from "../../../app/plan-databases.ts";
import { reconcileInWaves } from "../../../app/reconcile-in-waves.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { planDocument } from "../../../core/plan/plan-document.ts";
import type { CliContext } from "../context.ts";
import { openWorld, type World } from "../load.ts";
import { movedDatabases, refuseMoved } from "../moved-databases.ts";
import { aboutNamed, type DatabaseOptions } from "../named-databases.ts";
import { namesOf } from "../names.ts";
import { CliProblem } from "../problem.ts";
import { stepLine } from "../render/outcome-text.ts";
import { planText } from "../render/plan-text.ts";
import { counted } from "../render/quantity.ts";
import { waveText } from "../render/wave-text.ts";
import { readSettings, type Settings, waveSettings } from "../settings.ts";
import { showReport } from "../show-report.ts";
import type { SourceOptions } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { withMakers } from "../with-makers.ts";
import { applySavedPlan } from "./apply-saved-plan.ts";

export interface ApplyOptions extends SourceOptions, DatabaseOptions {
  readonly audit?: string;
  readonly yes?: boolean;
}

/** Carries out a saved plan without a question, or today's once somebody has said yes. */
export async function runApply(
  context: CliContext,
  file: string | undefined,
  options: ApplyOptions,
): Promise<void> {
  if (file !== undefined && options.database !== undefined) throw namedTwice(file);
  const settings = await readSettings(options);
  // The sandbox of one command is gone with it: nothing there needs anybody's leave.
  const mustAsk = file === undefined && options.yes !== true && settings.aws !== "sandbox";
  if (mustAsk && !context.interactive) throw nobodyToAsk();
  const world = withMakers(context, settings, await openWorld(context, settings));
  try {
    const ports = applyPorts(context, world.source, options.audit, (db, step) =>
      context.progress(stepLine(db, step, context.progressStyle)),
    );
    if (file !== undefined) await applySavedPlan(context, settings, world, ports, file);
    else
      await applyNow({
        context,
        settings,
        plan: async () => aboutNamed(await world.plan(), options),
        world,
        ports,
        mustAsk,
      });
  } finally {
    await world.close();
  }
}

interface ApplyNow {
  readonly context: CliContext;
  readonly settings: Settings;
  readonly world: World;
  /** Today's plan of what the command is about. */
  readonly plan: () => Promise<Planned>;
  readonly ports: ApplyPorts;
  readonly mustAsk: boolean;
}

async function applyNow({ context, settings, world, plan, ports, mustAsk }: ApplyNow): Promise<void> {
  const planned = await plan();
  const nameOf = namesOf(planned);
  const pending = planned.plan.databases.filter((d) => d.steps.length > 0);
  if (pending.length > 0) showPlan(context, settings, planned.plan, nameOf);
  let first = planned.plan;
  if (mustAsk && pending.length > 0) {
    const answer = await context.ask(
      `Change ${counted(pending.length, "database")} as above? Only "yes" will do: `,
    );
    if (answer.trim() !== "yes") {
      context.progress("Nothing was changed.");
      context.exit(2);
      return;
    }
    // Whoever reads takes time: what was agreed to must still be what is about to be done.
    first = (await plan()).plan;
    const moved = movedDatabases(planDocument(planned.plan), first);
    if (moved.length > 0) {
      refuseMoved(context, "this plan", moved);
      return;
    }
  }
  const plans = [first];
  const report = await reconcileInWaves(
    ports,
    async () => plans.pop() ?? (await plan()).plan,
    waveSettings(settings.config),
    {
      onWave: (event) => context.progress(waveText(event, context.progressStyle)),
      ...(world.recentFlows === undefined ? {} : { flows: world.recentFlows }),
    },
  );
  showReport(context, settings, report, nameOf);
}

/** The plan is part of the result; programs get it with the report. */
function showPlan(
  context: CliContext,
  settings: Settings,
  plan: Plan,
  nameOf: (href: string) => string,
): void {
  const print = settings.json ? context.progress : context.out;
  const style = settings.json ? context.progressStyle : context.style;
  print(`${planText(plan, { style, nameOf, verbose: settings.verbose })}\n`);
}

const namedTwice = (file: string): CliProblem =>
  new CliProblem({
    code: "USAGE",
    what: `--database has no place beside "${file}"`,
    why: "A saved plan says itself which databases it is about, and is carried out as it was reviewed",
    fix: `Leave --database away, or save a plan of those alone: moat plan --database … --out ${file}`,
  });

const nobodyToAsk = (): CliProblem =>
  new CliProblem({
    code: "NOT_CONFIRMED",
    what: "Nobody can be asked whether to apply, because this is no terminal",
    why: "Without a plan that somebody has seen, nothing is changed",
    fix: "Review a plan and carry out that one: moat plan --out plan.json, then moat apply plan.json; or agree beforehand with --yes",
  });
