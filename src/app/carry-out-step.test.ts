import { describe, expect, it } from "vitest";
import { database, group, rule, sg } from "../../test/fixtures/inventory.ts";
import type { GroupMembership as Membership, RuleContent } from "../core/inventory/model.ts";
import type { Cidr } from "../core/net/cidr.ts";
import type { Step } from "../core/plan/plan.ts";
import { AwsFault } from "../ports/aws-fault.ts";
import { applyDatabase } from "./apply-database.ts";

/**
 * Sets the groups of a database that was planned with `sg-old`, and tells how that ended.
 *
 * @param afterBusy what the database carries once RDS has refused a first call because it is busy
 */
async function setGroups(
  carried: readonly string[],
  standing: readonly RuleContent[],
  listedGroups?: readonly string[],
  afterBusy?: readonly string[],
) {
  let busy = afterBusy !== undefined;
  const calls: (readonly string[])[] = [];
  const never = () => Promise.reject(new Error("No such call is in the plan"));
  const ports = {
    live: {
      readDatabase: async () => database("orders", busy ? carried : (afterBusy ?? carried)),
      readSecurityGroups: async () => [group("sg-m", standing)],
      readInterfacesWithGroup: async () => [],
    },
    enforcement: {
      createSecurityGroup: never,
      authorize: never,
      revoke: never,
      tagSecurityGroup: never,
      untagSecurityGroup: never,
      tagDatabase: never,
      deleteSecurityGroup: never,
      setDatabaseGroups: async (_: unknown, groups: readonly string[]) => {
        if (busy) {
          busy = false;
          throw new AwsFault(
            "busy",
            "InvalidDBInstanceState",
            "ModifyDBInstance",
            "It is not available",
            "wait",
          );
        }
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
    ...(listedGroups === undefined ? {} : { listedGroups }),
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

  it("is compared with what RDS listed, where the plan knows that the interfaces carry something else", async () => {
    const rules = [rule("10.0.1.0/24")];
    expect((await setGroups(["sg-gone"], rules, ["sg-gone"])).calls).toEqual([["sg-old", "sg-m"]]);
    expect((await setGroups(["sg-old"], rules, ["sg-gone"])).problem).toBe("DATABASE_GROUPS_MOVED");
  });

  it("is looked at again after each wait for a busy database", async () => {
    const rules = [rule("10.0.1.0/24")];
    expect((await setGroups(["sg-old"], rules, undefined, ["sg-old"])).calls).toEqual([["sg-old", "sg-m"]]);
    expect(await setGroups(["sg-old"], rules, undefined, ["sg-original"])).toEqual({
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

/** Carries out the deletion of `sg-spare`; the n-th read of the database lists the n-th of `listed`, the last one for ever. */
async function deleteSpare(listed: readonly (readonly Membership[])[]) {
  const calls: string[] = [];
  const never = () => Promise.reject(new Error("No such call is in the plan"));
  let reads = 0;
  const outcome = await applyDatabase(
    {
      live: {
        readDatabase: async () => {
          const memberships = listed[Math.min(reads, listed.length - 1)] ?? [];
          reads += 1;
          return database("orders", [], { memberships });
        },
        readSecurityGroups: async () => [],
        readInterfacesWithGroup: async () => [],
      },
      enforcement: {
        createSecurityGroup: never,
        authorize: never,
        revoke: never,
        tagSecurityGroup: never,
        untagSecurityGroup: never,
        tagDatabase: never,
        setDatabaseGroups: async (_: unknown, groups: readonly string[]) => {
          calls.push(`set ${groups.join(" ")}`);
        },
        deleteSecurityGroup: async (id: string) => {
          calls.push(id);
        },
      },
      audit: { record: async () => undefined },
      clock: { now: () => 0, sleep: async () => undefined },
    },
    {
      id: "orders",
      arn: "arn",
      kind: "instance",
      managedGroups: ["sg-m", "sg-spare"],
      attachedGroups: ["sg-m"],
      rules: [],
      steps: [{ action: "deleteSecurityGroup", group: "sg-spare", why: "" }],
      basis: "",
    },
  );
  return { calls, writes: outcome.writeCalls, findings: outcome.findings.map((f) => f.code) };
}

const member = (groupId: string, status: string): Membership => ({ groupId: sg(groupId), status });

describe("a group that is no longer needed", () => {
  it("is deleted where RDS does not list it", async () => {
    expect(await deleteSpare([[member("sg-m", "active")]])).toEqual({
      calls: ["sg-spare"],
      writes: 1,
      findings: [],
    });
  });

  it.each(["adding", "active", "removing"])(
    "stays while RDS lists it as %s: another run may have attached it, and no interface shows that yet",
    async (status) => {
      expect(await deleteSpare([[member("sg-m", "active"), member("sg-spare", status)]])).toEqual({
        calls: [],
        writes: 0,
        findings: ["GROUP_STILL_IN_USE"],
      });
    },
  );

  it("is deleted once RDS has let go of it", async () => {
    const [still, gone] = [[member("sg-spare", "removing")], [member("sg-m", "active")]];
    expect(await deleteSpare([still, still, gone])).toEqual({ calls: ["sg-spare"], writes: 1, findings: [] });
  });
});

it("gives the database its groups back where another run attached the spare one just before it was deleted", async () => {
  const [free, attached] = [[member("sg-m", "active")], [member("sg-spare", "adding")]];
  const { calls, writes } = await deleteSpare([free, attached]);
  expect({ calls, writes }).toEqual({ calls: ["sg-spare", "set sg-m"], writes: 2 });
});

describe("a rule that names a group", () => {
  /** Carries out one step of a plan that found `10.0.1.1` and `10.0.1.2` behind sg-web. */
  async function carryOut(
    step: Step,
    addresses: readonly string[],
    standing: readonly RuleContent[] = [rule("sg-web")],
  ) {
    const calls: string[] = [];
    const never = () => Promise.reject(new Error("No such call is in the plan"));
    const call = (name: string) => async () => {
      calls.push(name);
    };
    const ports = {
      live: {
        readDatabase: never,
        readSecurityGroups: async () => [group("sg-m", standing)],
        readInterfacesWithGroup: async (groupId: string) =>
          groupId === "sg-web" ? [{ networkInterfaceId: "eni-1", groupIds: ["sg-web"], addresses }] : [],
      },
      enforcement: {
        createSecurityGroup: never,
        authorize: call("authorize"),
        revoke: call("revoke"),
        tagSecurityGroup: never,
        untagSecurityGroup: never,
        tagDatabase: never,
        deleteSecurityGroup: never,
        setDatabaseGroups: never,
      },
      audit: { record: async () => undefined },
      clock: { now: () => 0, sleep: async () => undefined },
    };
    const outcome = await applyDatabase(ports, {
      id: "orders",
      arn: "arn",
      kind: "instance",
      managedGroups: ["sg-m"],
      attachedGroups: ["sg-m"],
      rules: [rule("sg-web")],
      steps: [step],
      members: [{ groupId: "sg-web", cidrs: ["10.0.1.1/32" as Cidr, "10.0.1.2/32" as Cidr] }],
      basis: "",
    });
    return { calls, status: outcome.status, problem: outcome.problem?.code };
  }

  const authorize = (source: string): Step => ({
    action: "authorize",
    group: "sg-m",
    rules: [rule(source)],
    ruleTags: {},
    why: "",
  });
  const revoke: Step = { action: "revoke", group: "sg-m", rules: [rule("10.0.1.1/32")], why: "" };
  const FOUND = ["10.0.1.1", "10.0.1.2"];
  const moved = { calls: [], status: "moved", problem: "GROUP_MEMBERS_MOVED" };

  it.each([
    {
      what: "is made while the same carry the group",
      step: authorize("sg-web"),
      who: FOUND,
      calls: ["authorize"],
    },
    { what: "lets go what it replaces while they do", step: revoke, who: FOUND, calls: ["revoke"] },
    {
      what: "does not hinder a rule that lets somebody in by address",
      step: authorize("10.0.9.9/32"),
      who: [],
      calls: ["authorize"],
    },
  ])("$what", async ({ step, who, calls }) => {
    expect(await carryOut(step, who)).toEqual({ calls, status: "done", problem: undefined });
  });

  it("is not relied on when somebody has taken it away", async () => {
    const missing = { calls: [], status: "moved", problem: "RULES_MISSING" };
    expect(await carryOut(revoke, FOUND, [])).toEqual(missing);
  });

  it.each([
    { what: "made when somebody has joined", step: authorize("sg-web"), who: [...FOUND, "10.0.9.9"] },
    { what: "made when somebody has left", step: authorize("sg-web"), who: ["10.0.1.1"] },
    { what: "relied on when somebody has left", step: revoke, who: ["10.0.1.2"] },
  ])("is not $what", async ({ step, who }) => {
    expect(await carryOut(step, who)).toEqual(moved);
  });
});
