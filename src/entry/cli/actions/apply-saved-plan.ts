import { readFile } from "node:fs/promises";
import { applyPlan } from "../../../app/apply-plan.ts";
import type { ApplyPorts } from "../../../app/apply-run.ts";
import { databaseSteps } from "../../../app/reconcile.ts";
import type { CliContext } from "../context.ts";
import type { World } from "../load.ts";
import { type ComparablePlan, movedDatabases, refuseMoved, todayOf } from "../moved-databases.ts";
import { namesOf } from "../names.ts";
import { CliProblem } from "../problem.ts";
import type { Settings } from "../settings.ts";
import { showReport } from "../show-report.ts";

/**
 * Does exactly what a saved plan says. It is made again from today's world first: where today's steps are not the
 * saved ones, to the byte, the plan is refused and nothing is written.
 */
export async function applySavedPlan(
  context: CliContext,
  settings: Settings,
  world: World,
  ports: ApplyPorts,
  file: string,
): Promise<void> {
  const saved = await readPlan(file);
  const planned = await world.plan();
  const nameOf = namesOf(planned);
  const today = todayOf(saved, planned.plan);
  const moved = movedDatabases(saved, today);
  if (moved.length > 0) {
    refuseMoved(context, file, moved);
    return;
  }
  const outcomes = await applyPlan(
    ports,
    today.databases.filter((d) => d.steps.length > 0).map(databaseSteps),
  );
  const plan = todayOf(saved, (await world.plan()).plan);
  showReport(
    context,
    settings,
    { plan, outcomes, rounds: 1, writeCalls: outcomes.reduce((n, o) => n + o.writeCalls, 0) },
    nameOf,
  );
}

async function readPlan(file: string): Promise<ComparablePlan> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new CliProblem({
      code: "PLAN_MISSING",
      what: `"${file}" cannot be read`,
      why: "It should hold a saved plan",
      fix: "Check the path, or run moat plan --out",
    });
  });
  const json = parsed(text);
  if (!isPlan(json)) {
    throw new CliProblem({
      code: "PLAN_INVALID",
      what: `"${file}" is not a saved plan`,
      why: `A plan is a JSON object with "version": 1, "kind": "plan" and its databases`,
      fix: "Save one with moat plan --out plan.json",
    });
  }
  return json;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPlan(json: unknown): json is ComparablePlan {
  if (typeof json !== "object" || json === null) return false;
  const document = json as Partial<Record<string, unknown>>;
  return document.kind === "plan" && document.version === 1 && Array.isArray(document.databases);
}
