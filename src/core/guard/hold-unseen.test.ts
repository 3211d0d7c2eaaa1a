import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  inventory,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, planOf } from "../../../test/fixtures/plan.ts";
import type { LogStanding } from "../history/log-standing.ts";
import { holdUnseen } from "./hold-unseen.ts";

const LOST: LogStanding = {
  lost: { code: "FLOW_LOGS_LOST", what: "w", why: "y", fix: "f" },
  isInDoubt: true,
  coversDay: false,
};
const AFTER_GAP: LogStanding = { isInDoubt: true, coversDay: false };
const GOOD: LogStanding = { isInDoubt: false, coversDay: true };
const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/32"), rule("10.0.1.20/32"), OPEN_EGRESS]);

/** Actions that are left, and codes of the findings that were added, where policy keeps one client of two. */
function outcome(standing: LogStanding | undefined, allowed: readonly string[], relies = true) {
  const plan = planOf({
    inventory: inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [managed] }),
    policies: [allows("orders", allowed)],
    settings: { acknowledged: { has: () => true } as never },
  });
  const standings = new Map(standing === undefined ? [] : [[arnOf("orders") as string, standing]]);
  const before = onlyDatabase(plan).findings.length;
  const { steps, findings } = onlyDatabase(holdUnseen(plan, standings, relies));
  return { steps: steps.map(({ action }) => action), told: findings.slice(before).map(({ code }) => code) };
}

describe("holdUnseen", () => {
  const [ONE, BOTH, MORE] = [
    ["10.0.1.10/32"],
    ["10.0.1.10/32", "10.0.1.20/32"],
    ["10.0.1.10/32", "10.0.9.9/32"],
  ];
  it.each([
    { name: "logs are good", standing: GOOD, policy: ONE, steps: ["revoke"], told: [] },
    { name: "nothing is known", standing: undefined, policy: ONE, steps: ["revoke"], told: [] },
    {
      name: "logs are lost",
      standing: LOST,
      policy: ONE,
      steps: [],
      told: ["FLOW_LOGS_LOST", "UNSEEN_HOURS"],
    },
    { name: "logs were lost", standing: AFTER_GAP, policy: ONE, steps: [], told: ["UNSEEN_HOURS"] },
    { name: "nothing is taken away", standing: LOST, policy: BOTH, steps: [], told: ["FLOW_LOGS_LOST"] },
    {
      name: "somebody is let in, too",
      standing: LOST,
      policy: MORE,
      steps: ["authorize"],
      told: ["FLOW_LOGS_LOST", "UNSEEN_HOURS"],
    },
  ])("does what may be done where $name", ({ standing, policy, steps, told }) =>
    expect(outcome(standing, policy)).toEqual({ steps, told }),
  );

  it("holds nothing for what was seen where nobody looked at that", () =>
    expect(outcome(LOST, ONE, false)).toEqual({ steps: ["revoke"], told: ["FLOW_LOGS_LOST"] }));
});
