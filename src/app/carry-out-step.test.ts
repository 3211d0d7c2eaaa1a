import { describe, expect, it } from "vitest";
import { database, group, rule } from "../../test/fixtures/inventory.ts";
import type { RuleContent } from "../core/inventory/model.ts";
import { applyDatabase } from "./apply-database.ts";

/** Sets the groups of a database that was planned with `sg-old`, and tells how that ended. */
async function setGroups(carried: readonly string[], standing: readonly RuleContent[]) {
  const calls: (readonly string[])[] = [];
  const never = () => Promise.reject(new Error("No such call is in the plan"));
  const ports = {
    live: {
      readDatabase: async () => database("orders", carried),
      readSecurityGroups: async () => [group("sg-m", standing)],
      readInterfacesWithGroup: async () => [],
    },
    enforcement: {
      createSecurityGroup: never,
      authorize: never,
      revoke: never,
      tagSecurityGroup: never,
      tagDatabase: never,
      deleteSecurityGroup: never,
      setDatabaseGroups: async (_: unknown, groups: readonly string[]) => {
        calls.push(groups);
      },
    },
    audit: { record: async () => undefined },
    clock: { now: () => 0, sleep: async () => undefined },
  };
  const outcome = await applyDatabase(ports, {
    id: "orders",
    arn: "arn",
    kind: "instance",
    managedGroups: ["sg-m"],
    attachedGroups: ["sg-old"],
    rules: [rule("10.0.1.0/24")],
    steps: [{ action: "setDatabaseGroups", groups: ["sg-old", "sg-m"], why: "" }],
    basis: "",
  });
  return { calls, status: outcome.status, problem: outcome.problem?.code };
}

describe("the list of a database's groups", () => {
  it("is replaced where the database carries what the plan expects, and the rules stand", async () => {
    expect(await setGroups(["sg-old"], [rule("10.0.1.0/24")])).toEqual({
      calls: [["sg-old", "sg-m"]],
      status: "done",
      problem: undefined,
    });
  });

  it.each([
    { what: "somebody attached another group", carried: ["sg-old", "sg-other"] },
    { what: "somebody replaced the group", carried: ["sg-other"] },
  ])("is left alone where $what meanwhile", async ({ carried }) => {
    expect(await setGroups(carried, [rule("10.0.1.0/24")])).toEqual({
      calls: [],
      status: "moved",
      problem: "DATABASE_GROUPS_MOVED",
    });
  });

  it("is left alone where a planned rule does not stand", async () => {
    expect(await setGroups(["sg-old"], [rule("10.0.1.0/25")])).toEqual({
      calls: [],
      status: "moved",
      problem: "RULES_MISSING",
    });
  });
});
