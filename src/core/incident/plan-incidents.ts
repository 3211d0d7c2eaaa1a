import type { Diagnostic } from "../diagnostic.ts";
import type { DatabasePlan, Gate, Plan, Refusal } from "../plan/plan.ts";
import type { Incident, IncidentKind } from "./incident.ts";

/** Details that a message carries; it is no list of everything. */
const SHOWN = 10;

/** What a gate's refusal means to the people who answer for the database. */
const KIND_OF_GATE: Partial<Record<Gate, IncidentKind>> = {
  tugOfWar: "tugOfWar",
  incompletePolicy: "policyIncomplete",
  // Nobody is let in by policy any more: what is in force stays, and nothing keeps it true.
  noPolicyObject: "coverageLost",
  emptyPolicy: "coverageLost",
};

/** Incidents that a plan shows. A database that is only observed has none: nobody promised to keep it. */
export const planIncidents = ({ databases }: Plan): readonly Incident[] =>
  databases.filter(({ mode }) => mode === "enforce").flatMap(databaseIncidents);

function databaseIncidents(database: DatabasePlan): readonly Incident[] {
  const { drift, refused, findings } = database;
  const foreign = drift.filter(({ left }) => !left);
  return [
    ...(foreign.length === 0 ? [] : [driftIncident(database, foreign)]),
    ...refused.map((refusal) => refusalIncident(database, refusal)),
    ...findings.flatMap((finding) => lostLogs(database, finding)),
  ];
}

const placeOf = ({ id, arn, accountId, region }: DatabasePlan) => ({
  database: { id, arn },
  accountId,
  region,
});

function driftIncident(database: DatabasePlan, drift: DatabasePlan["drift"]): Incident {
  const who = [...new Set(drift.flatMap(({ by }) => by?.who ?? []))];
  return {
    key: `drift ${database.arn}`,
    kind: "drift",
    severity: "high",
    ...placeOf(database),
    what: `${drift.length === 1 ? "A change" : `${drift.length} changes`} at database "${database.id}" that policy does not explain`,
    why: who.length === 0 ? "Somebody changed what Moat keeps" : `Changed by ${who.join(", ")}`,
    fix: "Nothing while Moat repairs it; settle it with whoever made it",
    details: drift.slice(0, SHOWN).map(({ what }) => what),
  };
}

/** One for each database, whatever happened to its flow logs meanwhile. */
function lostLogs(database: DatabasePlan, { code, what, why, fix }: Diagnostic): readonly Incident[] {
  if (code !== "FLOW_LOGS_LOST") return [];
  return [
    {
      key: `flowLogsLost ${database.arn}`,
      kind: "flowLogsLost",
      severity: "high",
      ...placeOf(database),
      what,
      why,
      fix,
    },
  ];
}

/** True where whoever made the plan could not look at flow logs: what was lost may be lost still. */
export const isBlindToLogs = ({ findings }: Plan): boolean =>
  findings.some(({ code }) => code === "FLOW_LOGS_UNREAD");

const refusalIncident = (database: DatabasePlan, { gate, what, why, fix }: Refusal): Incident => ({
  key: `${gate} ${database.arn}`,
  kind: KIND_OF_GATE[gate] ?? "gateRefused",
  severity: gate === "tugOfWar" || KIND_OF_GATE[gate] === "coverageLost" ? "high" : "medium",
  ...placeOf(database),
  what,
  why,
  fix,
  details: [`gate ${gate}`],
});
