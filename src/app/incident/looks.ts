import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Rollout } from "../../core/guard/rollout.ts";
import type { Incident } from "../../core/incident/incident.ts";
import { isBlindToLogs, planIncidents } from "../../core/incident/plan-incidents.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { DatabaseOutcome } from "../apply-outcome.ts";
import type { SweepReport } from "../watch/sweep.ts";
import type { Seen } from "./tell-incidents.ts";

/** What a look saw of incidents. */
export type IncidentLook = Pick<Seen, "covers" | "found" | "left">;

/** What a run that carries out plans saw: what it found, what it left, and what it could not do. */
export function runLook({ found, report: { plan, outcomes } }: SweepReport): IncidentLook {
  const about = new Set<string>([...found.databases, ...plan.databases].map(({ arn }) => arn));
  return {
    covers: ({ kind, database }) =>
      database !== undefined && about.has(database.arn) && !(kind === "flowLogsLost" && isBlindToLogs(plan)),
    found: planIncidents(found),
    left: [...planIncidents(plan), ...outcomes.flatMap(failure)],
  };
}

/** What a plan is about to mend: of the others nothing is lost when the run dies, for they are there to be seen again. */
export function aboutToMend(plan: Plan): readonly Incident[] {
  const changing = new Set<string>(
    plan.databases.flatMap(({ arn, steps }) => (steps.length > 0 ? [arn] : [])),
  );
  return planIncidents(plan).filter(({ database }) => changing.has(database?.arn ?? ""));
}

function failure({ id, arn, problem }: DatabaseOutcome): readonly Incident[] {
  if (problem === undefined) return [];
  const { what, why, fix } = problem;
  const [, , , region = "", accountId = ""] = arn.split(":");
  return [
    {
      key: `repairFailed ${arn}`,
      kind: "repairFailed",
      severity: "high",
      database: { id, arn },
      accountId,
      region,
      what,
      why,
      fix,
    },
  ];
}

/**
 * What a run that only looks saw. It says nothing of the databases that it hands over: whoever changes them tells what
 * they found and what came of it.
 */
export function surveyLook(plan: Plan, handedOver: ReadonlySet<string>): IncidentLook {
  const seen = planIncidents(plan).filter(({ database }) => !handedOver.has(database?.arn ?? ""));
  return {
    covers: ({ kind, database }) =>
      database !== undefined &&
      !handedOver.has(database.arn) &&
      !(kind === "flowLogsLost" && isBlindToLogs(plan)),
    found: seen,
    left: seen,
  };
}

const POLICY_KEY = "policyUnavailable";
const AWS_KEY = "targetUnavailable";

/** Whether policy could be had. */
export const policyLook = (problem: Diagnostic | undefined): IncidentLook =>
  single(
    (key) => key === POLICY_KEY,
    problem === undefined ? [] : [{ ...ofProblem(problem), key: POLICY_KEY, kind: "policyUnavailable" }],
  );

/** Whether a rollout was stopped, and whether it waits because nobody knows how clients fare. */
export function rolloutLook({ halted, unsure }: Pick<Rollout, "halted" | "unsure">): IncidentLook {
  const incidents: readonly Incident[] = [
    ...(halted === undefined
      ? []
      : [{ ...ofProblem(halted.finding), key: "rolloutHalted", kind: "rolloutHalted" as const }]),
    ...(unsure === undefined
      ? []
      : [{ ...ofProblem(unsure), key: "rolloutUnsure", kind: "rolloutUnsure" as const }]),
  ];
  return single((key) => key.startsWith("rollout"), incidents);
}

/** Whether the one account and region of a watch could be looked at. */
export const awsLook = (problem: Diagnostic | undefined): IncidentLook =>
  single(
    (key) => key === AWS_KEY,
    problem === undefined ? [] : [{ ...ofProblem(problem), key: AWS_KEY, kind: "targetUnavailable" }],
  );

/** Which of several accounts and regions could be looked at. `problems` has them by account and region. */
export function targetsLook(
  visited: readonly { readonly accountId: string; readonly region: string }[],
  problems: ReadonlyMap<string, Diagnostic>,
): IncidentLook {
  const keys = new Set(visited.map(({ accountId, region }) => `${AWS_KEY} ${accountId} ${region}`));
  const incidents = visited.flatMap(({ accountId, region }): readonly Incident[] => {
    const problem = problems.get(`${accountId} ${region}`);
    if (problem === undefined) return [];
    const key = `${AWS_KEY} ${accountId} ${region}`;
    return [{ ...ofProblem(problem), key, kind: "targetUnavailable", accountId, region }];
  });
  return single((key) => keys.has(key), incidents);
}

const ofProblem = ({ what, why, fix }: Diagnostic) => ({ severity: "high" as const, what, why, fix });

const single = (covers: (key: string) => boolean, incidents: readonly Incident[]): IncidentLook => ({
  covers: ({ key }) => covers(key),
  found: incidents,
  left: incidents,
});
