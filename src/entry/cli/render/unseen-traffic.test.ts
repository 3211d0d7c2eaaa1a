import { expect, it } from "vitest";
import { databasePlan } from "../../../../test/fixtures/database-plan.ts";
import type { DatabasePlan, Step } from "../../../core/plan/plan.ts";
import { unseenTraffic } from "./unseen-traffic.ts";

const NOT_SEEN = { code: "NO_FLOW_HISTORY", what: "No flow logs", why: "why", fix: "Add --flows" };
const DETACH: Step = { action: "setDatabaseGroups", groups: ["sg-new"], why: "" };
const unseen = (over: Partial<DatabasePlan> = {}): DatabasePlan =>
  databasePlan({ attachedGroups: ["sg-old"], steps: [DETACH], findings: [NOT_SEEN], ...over });
const told = (...databases: readonly DatabasePlan[]) =>
  unseenTraffic({ policy: { source: "file", version: "1" }, databases, findings: [] });

it("names databases that are narrowed unseen, the first of them by name", () => {
  expect(told(unseen())?.what).toContain('the traffic of "orders"');
  const ids = ["a", "b", "c", "d", "e"];
  expect(told(...ids.map((id) => unseen({ id })))?.what).toContain('"a", "b", "c" and 2 more');
  expect(told(unseen())?.fix).toBe("Add --flows");
});

it.each<readonly [string, Partial<DatabasePlan>]>([
  ["somebody looked", { findings: [] }],
  ["nothing is done", { steps: [] }],
  ["it is only observed", { mode: "observe" }],
  [
    "clients are only added",
    { steps: [{ action: "authorize", group: "sg-1", rules: [], ruleTags: {}, why: "" }] },
  ],
  ["every group stays", { steps: [{ action: "setDatabaseGroups", groups: ["sg-old", "sg-new"], why: "" }] }],
])("says nothing of a database where %s", (_, over) => {
  expect(told(unseen(over))).toBeUndefined();
});
