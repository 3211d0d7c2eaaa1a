import { describe, expect, it } from "vitest";
import { databasePlan } from "../../../../test/fixtures/database-plan.ts";
import { bad, good } from "../../../core/doctor/check.ts";
import type { Drift } from "../../../core/drift/drift.ts";
import type { DatabaseArn } from "../../../core/inventory/model.ts";
import type { DatabasePlan } from "../../../core/plan/plan.ts";
import { findingsOfChecks, findingsOfPlan } from "./told-finding.ts";

const place = { accountId: "111122223333", region: "eu-west-1" };
const problem = { code: "CODE", what: "what", why: "why", fix: "fix" };
const database = {
  id: "orders",
  arn: "arn:aws:rds:eu-west-1:111122223333:db:orders" as DatabaseArn,
  kind: "instance",
} as const;

const plan = databasePlan({ steps: [{ action: "waitUntilActive", groups: [], why: "" }] });

const told = (of: Partial<DatabasePlan>) =>
  findingsOfPlan(
    { policy: { source: "file", version: "1" }, databases: [{ ...plan, ...of }], findings: [] },
    place,
  );

const added: Drift = {
  kind: "ruleAdded",
  group: "sg-1",
  left: false,
  what: "a rule",
  resources: [],
  letsIn: "256",
};

describe("findingsOfChecks", () => {
  it("leaves out what is in order and grades the rest", () => {
    const checks = [
      good("aws", "fine"),
      bad("trail", "failed", problem),
      bad("trail", "warning", problem),
      bad("trail", "unknown", problem),
    ];
    const severities = findingsOfChecks(checks, place).map(({ severity }) => severity);
    expect(severities).toEqual(["high", "medium", "low"]);
  });

  it("is about the database, the account, or neither", () => {
    const checks = [
      bad("mode", "warning", problem, database),
      bad("trail", "warning", problem),
      bad("policy", "warning", problem),
    ];
    const about = (where: object) => findingsOfChecks(checks, where).map((finding) => finding.about);
    expect(about(place)).toEqual([database, "account", undefined]);
    expect(about({})).toEqual([database, undefined, undefined]);
  });
});

describe("findingsOfPlan", () => {
  it("tells refusals, drift and findings of a database, then those of none", () => {
    const of = {
      ...plan,
      refused: [{ gate: "losesAccess" as const, what: "w", why: "y", fix: "f" }],
      drift: [added],
      findings: [problem],
    };
    const all = findingsOfPlan(
      { policy: { source: "file", version: "1" }, databases: [of], findings: [problem] },
      place,
    );
    expect(all.map(({ code, severity, about }) => [code, severity, about])).toEqual([
      ["REFUSED_LOSES_ACCESS", "high", database],
      ["DRIFT_RULE_ADDED", "high", database],
      ["CODE", "medium", database],
      ["CODE", "medium", undefined],
    ]);
  });

  it("grades drift by what it lets in, and has no fix for what stays", () => {
    const { letsIn: _letsIn, ...harmless } = added;
    const grades = told({ drift: [added, harmless, { ...added, left: true }] });
    expect(grades.map(({ severity, fix }) => [severity, fix !== undefined])).toEqual([
      ["high", true],
      ["medium", true],
      ["low", false],
    ]);
    expect(told({ drift: [added], steps: [] })[0]).not.toHaveProperty("fix");
  });
});
