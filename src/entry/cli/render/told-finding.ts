import type { Check, CheckArea, CheckedDatabase } from "../../../core/doctor/check.ts";
import type { Drift } from "../../../core/drift/drift.ts";
import type { DatabasePlan, Plan } from "../../../core/plan/plan.ts";
import type { Verification } from "../../../core/verify/verify-plan.ts";
import { driftText } from "./drift-text.ts";

/** The account and region that were looked at, as far as they are known. */
export interface Place {
  readonly accountId?: string;
  readonly region?: string;
}

/** Something that a person must know, whichever command found it. */
export interface ToldFinding {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  /** Absent where nothing is to be done. */
  readonly fix?: string;
  readonly severity: "low" | "medium" | "high";
  readonly place: Place;
  /** What it is about; absent where that is neither a database nor the account. */
  readonly about?: CheckedDatabase | "account";
  /** Tells it from others with its code and its object, where `what` says more than that. */
  readonly identity?: string;
}

/** Checks whose object is the account; policy and clocks are none of AWS's. */
const OF_ACCOUNT: readonly CheckArea[] = ["aws", "permissions", "quotas", "trail", "flowLogs"];

const SEVERITY = { failed: "high", warning: "medium", unknown: "low" } as const;

/** All checks that are not in order. */
export function findingsOfChecks(checks: readonly Check[], place: Place): readonly ToldFinding[] {
  return checks.flatMap((check) => {
    if (check.status === "ok") return [];
    const { code, what, why, fix, area, database } = check;
    const about =
      database ?? (OF_ACCOUNT.includes(area) && place.accountId !== undefined ? "account" : undefined);
    return [
      {
        code,
        what,
        why,
        fix,
        severity: SEVERITY[check.status],
        place,
        ...(about === undefined ? {} : { about }),
      },
    ];
  });
}

/**
 * What a plan refuses, what somebody changed, and its findings: database by database, then those of none.
 *
 * @param place what the inventory of the plan holds
 */
export function findingsOfPlan(plan: Plan, place: Place): readonly ToldFinding[] {
  return [
    ...plan.databases.flatMap(findingsOfDatabase),
    ...plan.findings.map(({ code, what, why, fix }) => ({
      code,
      what,
      why,
      fix,
      place,
      severity: "medium" as const,
    })),
  ];
}

/** What a second reading of a plan found wrong with it; none when it was not asked for. */
export function findingsOfVerification(
  { violations }: Verification = { steps: 0, violations: [] },
  plan: Plan,
  place: Place,
): readonly ToldFinding[] {
  return violations.map(({ database, step, what }) => {
    const about = plan.databases.find(({ id }) => id === database);
    return {
      code: "PLAN_NOT_SOUND",
      what: `${database}, step ${step}: ${what}`,
      why: "The plan cuts somebody off, or lets somebody in, who must not be: this is a bug of Moat",
      fix: "Do not apply the plan, and report it with what moat snapshot writes",
      severity: "high",
      place,
      ...(about === undefined ? {} : { about: { id: about.id, arn: about.arn, kind: about.kind } }),
    };
  });
}

function findingsOfDatabase(database: DatabasePlan): readonly ToldFinding[] {
  const { id, arn, kind, accountId, region, refused, drift, findings } = database;
  const shared = { place: { accountId, region }, about: { id, arn, kind } };
  return [
    ...refused.map(({ gate, what, why, fix }) => ({
      ...shared,
      code: `REFUSED_${screaming(gate)}`,
      what,
      why,
      fix,
      severity: "high" as const,
      identity: gate,
    })),
    ...drift.map((each) => ({ ...shared, ...driftFinding(each, database) })),
    ...findings.map(({ code, what, why, fix }) => ({
      ...shared,
      code,
      what,
      why,
      fix,
      severity: "medium" as const,
    })),
  ];
}

function driftFinding(drift: Drift, { id, steps }: DatabasePlan): Omit<ToldFinding, "place" | "about"> {
  const { kind, what, letsIn, left } = drift;
  const grave = letsIn === undefined ? "medium" : "high";
  return {
    code: `DRIFT_${screaming(kind)}`,
    what,
    why: driftText(drift),
    ...(left || steps.length === 0
      ? {}
      : { fix: `Run "moat plan" to see what sets "${id}" right, then "moat apply"` }),
    severity: left ? "low" : grave,
    // Two changes of one kind and wording differ by their group and rule.
    identity: [drift.group, drift.securityGroupRuleId ?? "", what].join(" "),
  };
}

/** `losesAccess` as codes are written: `LOSES_ACCESS`. */
const screaming = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
