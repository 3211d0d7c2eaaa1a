import type { IncidentMessage } from "./incident.ts";

/** What a person calls each kind. */
const TITLES: Readonly<Record<string, string>> = {
  drift: "changed by somebody",
  tugOfWar: "tug of war",
  gateRefused: "refused by a gate",
  policyIncomplete: "policy is incomplete",
  coverageLost: "no policy any more",
  repairFailed: "could not be changed",
  flowLogsLost: "flow logs are lost",
  rolloutHalted: "rollout halted, clients are refused",
  rolloutUnsure: "rollout waits, clients cannot be seen",
  targetUnavailable: "account or region cannot be looked at",
  policyUnavailable: "policy cannot be had",
};

/** `OPEN: orders, changed by somebody`, on one line. */
export function incidentTitle({ state, incident }: IncidentMessage): string {
  const { database, accountId, region, kind } = incident;
  const place = [accountId, region].filter((part) => part !== undefined).join(" ");
  const of = database?.id ?? (place === "" ? "Moat" : place);
  return `${state === "open" ? "OPEN" : "RESOLVED"}: ${of}, ${TITLES[kind] ?? kind}`;
}

/** An incident as a person reads it in a message, without its title. */
export function incidentText({ state, openedAt, resolvedAt, incident }: IncidentMessage): string {
  const { what, why, fix, details = [], accountId, region } = incident;
  return [
    what,
    ...details.map((detail) => `- ${detail}`),
    `Why: ${why}`,
    ...(state === "open" ? [`Do: ${fix}`] : []),
    `Since ${openedAt}${resolvedAt === undefined ? "" : `, until ${resolvedAt}`}${accountId === undefined ? "" : `, in account ${accountId}`}${region === undefined ? "" : `, ${region}`}`,
  ].join("\n");
}
