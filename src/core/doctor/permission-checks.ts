import { bad, type Check, good } from "./check.ts";

/** What a call would have met, had it not been a rehearsal. */
export interface Rehearsal {
  /** IAM action. */
  readonly action: string;
  /** The group or VPC. */
  readonly on: string;
  /** `needed` for Moat's work; `surplus` where no policy of Moat asks for it. */
  readonly expected: "needed" | "surplus";
  /** `unknown`: EC2 refused for a reason that says nothing of permissions. */
  readonly verdict: "allowed" | "denied" | "unknown";
  readonly detail?: string;
}

/** Writes that RDS has no rehearsal for. */
const UNPROVEN = "rds:Modify… and rds:AddTagsToResource have no dry run: only a change itself proves them";

/**
 * What rehearsed calls say of the permissions.
 *
 * @param enforces whether any database is to be enforced: a role that only observes needs no write
 */
export function permissionChecks(rehearsals: readonly Rehearsal[], enforces: boolean): readonly Check[] {
  const needed = rehearsals.filter((each) => each.expected === "needed");
  const allowed = needed.filter((each) => each.verdict === "allowed");
  const denied = needed.filter((each) => each.verdict === "denied");
  const surplus = rehearsals.filter((each) => each.expected === "surplus" && each.verdict === "allowed");
  const unknown = rehearsals.filter((each) => each.verdict === "unknown");
  return [
    ...(enforces ? writing(allowed, denied) : observing(allowed)),
    ...[...Map.groupBy(surplus, ({ on }) => on)].map(([on, calls]) =>
      bad("permissions", "warning", {
        code: "DOCTOR_SURPLUS",
        what: `allowed on ${on}, which is not Moat's: ${calls.map(({ action }) => action).join(", ")}`,
        why: "Moat never calls these there, but a mistake or a stolen key could",
        fix: 'Allow them with the condition "aws:ResourceTag/moat:owner", as docs/iam.md has it',
      }),
    ),
    ...unknown.map(({ action, on, detail = "no reason given" }) =>
      bad("permissions", "unknown", {
        code: "DOCTOR_UNPROVEN",
        what: `whether ${action} is allowed on ${on} could not be found out: ${detail}`,
        why: "EC2 refused the rehearsal for another reason",
        fix: "Compare the role's policy with docs/iam.md",
      }),
    ),
  ];
}

function writing(allowed: readonly Rehearsal[], denied: readonly Rehearsal[]): readonly Check[] {
  if (denied.length === 0)
    return allowed.length === 0
      ? []
      : [good("permissions", `writes rehearsed and allowed: ${allowed.length}. ${UNPROVEN}`)];
  return denied.map(({ action, on }) =>
    bad("permissions", "failed", {
      code: "DOCTOR_DENIED",
      what: `${action} is denied on ${on}`,
      why: "A database is to be enforced, and that takes this call",
      fix: `Allow "${action}" as docs/iam.md has it, or set the mode back to observe`,
    }),
  );
}

function observing(allowed: readonly Rehearsal[]): readonly Check[] {
  if (allowed.length === 0) return [good("permissions", "nothing may be written, and nothing needs to be")];
  const actions = [...new Set(allowed.map(({ action }) => action))];
  return [
    bad("permissions", "warning", {
      code: "DOCTOR_OBSERVER_WRITES",
      what: `no database is to be enforced, yet these are allowed: ${actions.join(", ")}`,
      why: "A role that only observes needs no write",
      fix: "Give it the reading policy of docs/iam.md alone until the first database is enforced",
    }),
  ];
}
