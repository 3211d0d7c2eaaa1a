import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  group,
  inventory,
  live,
  managedGroup,
  networkInterface,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, type PlanCase, planOf } from "../../../test/fixtures/plan.ts";
import type { SecurityGroup, SecurityGroupRule } from "../inventory/model.ts";
import type { DatabasePlan } from "../plan/plan.ts";
import { grantTags } from "../rule/rule-marks.ts";

const OLD = group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]);
const POLICY = ["10.0.1.10/32", "10.0.1.20/32"];
const GRANTED = POLICY.map((cidr) => rule(cidr));
const own = (cidr: string, over = {}): SecurityGroupRule =>
  live(rule(cidr, over), grantTags("moat", GRANTED));

/** Moat's group as it left it, with other rules where a case wants them. */
const moats = (
  rules: readonly SecurityGroupRule[] = POLICY.map((c) => own(c)),
  tags = {},
): SecurityGroup => ({
  ...managedGroup("sg-m", "orders", []),
  rules: [...rules, live(OPEN_EGRESS)],
  tags: { ...managedGroup("sg-m", "orders", []).tags, ...tags },
});

interface World {
  readonly attached?: readonly string[];
  readonly groups?: readonly SecurityGroup[];
  readonly over?: Partial<PlanCase>;
}

function planned({ attached = ["sg-m"], groups = [OLD, moats()], over = {} }: World): DatabasePlan {
  return onlyDatabase(
    planOf({
      inventory: inventory({ databases: [database("orders", attached)], securityGroups: groups }),
      policies: [allows("orders", POLICY)],
      ...over,
    }),
  );
}
const drift = (world: World): string[] => planned(world).drift.map((d) => `${d.kind}: ${d.what}`);

describe("findDrift", () => {
  it.each<{ name: string; world: World; want: string[] }>([
    { name: "nothing when live is as Moat left it", world: {}, want: [] },
    {
      name: "nothing at a database that Moat never touched",
      world: { attached: ["sg-old"], groups: [OLD] },
      want: [],
    },
    {
      name: "a rule added by hand",
      world: { groups: [OLD, moats([...POLICY.map((c) => own(c)), live(rule("203.0.113.7/32"))])] },
      want: ["ruleAdded: Rule 203.0.113.7/32 tcp 3306 was added by hand in sg-m"],
    },
    {
      name: "an edit, and what the rule said before",
      world: { groups: [OLD, moats([own("10.0.1.10/32"), own("0.0.0.0/0")])] },
      want: ["ruleEdited: Rule 0.0.0.0/0 tcp 3306 was edited (before: 10.0.1.20/32 tcp 3306) in sg-m"],
    },
    {
      name: "an edit of ports",
      world: { groups: [OLD, moats([own("10.0.1.10/32"), own("10.0.1.20/32", { fromPort: 22 })])] },
      want: ["ruleEdited: Rule 10.0.1.20/32 tcp 22-3306 was edited (before: 10.0.1.20/32 tcp 3306) in sg-m"],
    },
    {
      name: "a rule that was removed, as its sister tells",
      world: { groups: [OLD, moats([own("10.0.1.10/32")])] },
      want: ["ruleRemoved: Rule 10.0.1.20/32 tcp 3306 was removed from sg-m"],
    },
    {
      name: "no drift in a rule that policy has just come to grant",
      world: { over: { policies: [allows("orders", [...POLICY, "10.0.9.9/32"])] } },
      want: [],
    },
    {
      name: "no drift in a rule that policy no longer grants",
      world: { over: { policies: [allows("orders", ["10.0.1.10/32"])] } },
      want: [],
    },
    {
      name: "a group that was detached",
      world: { attached: ["sg-old"] },
      want: [`groupDetached: Group sg-m is not attached to "orders"`],
    },
    {
      name: "a group that was attached beside Moat's",
      world: {
        attached: ["sg-m", "sg-own"],
        groups: [OLD, moats(), group("sg-own", [rule("10.0.0.0/24")])],
      },
      want: [
        `groupAttached: Group sg-own (name-of-sg-own) is attached to "orders" and lets in 256 addresses beyond policy`,
      ],
    },
    {
      name: "a tag that is gone",
      world: {
        groups: [OLD, { ...moats(), tags: { "moat:owner": "moat", "moat:database": arnOf("orders") } }],
      },
      want: ["tagsChanged: Group sg-m lost its tag moat:original-groups"],
    },
    {
      name: "a mark that is gone, so that the group is nobody's",
      world: { groups: [OLD, { ...moats(), tags: { "moat:owner": "moat" } }] },
      want: ["tagsChanged: Group sg-m lost its tag moat:database"],
    },
    {
      name: "a group that was deleted, where somebody remembers it",
      world: {
        attached: ["sg-old"],
        groups: [OLD],
        over: {
          remembered: new Map([[arnOf("orders"), { managedGroups: ["sg-m"], ruleKeys: new Set<string>() }]]),
        },
      },
      want: ["groupDeleted: Group sg-m was deleted"],
    },
  ])("finds $name", ({ world, want }) => {
    expect(drift(world)).toEqual(want);
  });

  it("lets no edit by hand pass for something that policy had granted", () => {
    const { refused, steps } = planned({ groups: [OLD, moats([own("10.0.1.10/32"), own("0.0.0.0/0")])] });
    expect(refused).toEqual([]);
    expect(steps.map((s) => s.action)).toEqual(["authorize", "revoke"]);
  });
});

describe("RDS's connect feature", () => {
  const twin = group("sg-twin", [], { groupName: "ec2-rds-1" });
  const connect = group("sg-connect", [rule("sg-twin"), OPEN_EGRESS], { groupName: "rds-ec2-1" });
  const impostor = group("sg-connect", [rule("sg-twin"), rule("10.0.0.0/8")], { groupName: "rds-ec2-1" });
  const world = (groups: readonly SecurityGroup[], over: Partial<PlanCase> = {}): World => ({
    attached: ["sg-m", "sg-connect"],
    groups: [OLD, moats(), twin, ...groups],
    over: {
      inventory: inventory({
        databases: [database("orders", ["sg-m", "sg-connect"])],
        securityGroups: [OLD, moats(), twin, ...groups],
        networkInterfaces: [networkInterface("eni-1", ["10.0.7.7"], ["sg-twin"])],
      }),
      ...over,
    },
  });

  it("stays, and its reach is told", () => {
    const { steps, inSync, findings, drift: found, reachable } = planned(world([connect]));
    expect({ steps, inSync }).toEqual({ steps: [], inSync: true });
    expect(findings.find((f) => f.code === "RDS_CONNECT_GROUP")?.what).toContain("1 addresses beyond policy");
    expect(found.map((d) => [d.kind, d.left])).toEqual([["groupAttached", true]]);
    expect(reachable.planned).toBe(3n);
  });

  it.each([
    { name: "goes where the owner says so", c: world([connect], { settings: { rdsConnect: "remove" } }) },
    { name: "is not believed by its name alone", c: world([impostor]) },
  ])("$name", ({ c }) => {
    const { steps } = planned(c);
    expect(steps.flatMap((s) => (s.action === "setDatabaseGroups" ? [s.groups] : []))).toEqual([["sg-m"]]);
  });

  it("is left out of a rule that RDS added itself, as the trail tells", () => {
    const added = live(rule("10.9.9.9/32"));
    const groups = [OLD, moats([...POLICY.map((c) => own(c)), added])];
    const ruleMakers = new Map([[added.securityGroupRuleId ?? "", "rds" as const]]);
    const { steps, drift: found } = planned({ groups, over: { settings: { ruleMakers } } });
    expect({ steps: steps.map((s) => s.action), left: found.map((d) => d.left) }).toEqual({
      steps: ["tag"],
      left: [true],
    });
  });
});
