import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  managedGroup,
  networkInterface,
  OPEN_EGRESS,
  rule,
  sg,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, planOf, SETTINGS } from "../../../test/fixtures/plan.ts";
import type { Database, Inventory, NetworkInterface } from "../inventory/model.ts";
import { verifyDatabase } from "../verify/verify-plan.ts";
import { carriedGroups } from "./gone-groups.ts";
import { ruleDocument, stepDocument } from "./plan-document.ts";
import { planningWorld } from "./world.ts";

const OLD = group("sg-old", [rule("10.0.0.0/16"), OPEN_EGRESS]);
const OTHER = group("sg-other", [OPEN_EGRESS]);
const MANAGED = managedGroup("sg-m", "front", [rule("10.0.1.10/32"), OPEN_EGRESS]);

const proxy = (listed: readonly string[], over: Partial<Database> = {}): Database =>
  database("front", listed, { kind: "proxy", ...over });
const eni = (groups: readonly string[], over: Partial<NetworkInterface> = {}): NetworkInterface =>
  networkInterface("eni-1", ["10.0.9.4"], groups, {
    description: "Network interface for DBProxy front",
    requesterManaged: true,
    requesterId: "amazon-rds",
    ...over,
  });
const rdsEni = (groups: readonly string[]): NetworkInterface =>
  eni(groups, { description: "RDSNetworkInterface" });

interface Case {
  readonly of: Database;
  readonly enis: readonly NetworkInterface[];
  readonly besides?: readonly Database[];
}
const world = ({ of, enis, besides = [] }: Case): Inventory =>
  inventory({
    databases: [of, ...besides],
    securityGroups: [OLD, OTHER, MANAGED],
    networkInterfaces: enis,
  });
const carried = (c: Case) => carriedGroups(planningWorld(world(c), SETTINGS), c.of);

describe("carriedGroups", () => {
  it("believes RDS's list while every group of it exists", () => {
    expect(carried({ of: proxy(["sg-old"]), enis: [eni(["sg-other"])] })).toEqual({
      attached: ["sg-old"],
      gone: [],
    });
  });

  it("finds a deleted group beside others by what an interface carries", () => {
    expect(carried({ of: proxy(["sg-old", "sg-gone"]), enis: [eni(["sg-old"])] })).toEqual({
      attached: ["sg-old", "sg-gone"],
      gone: ["sg-gone"],
    });
  });

  it("takes what a proxy's own interfaces carry where RDS lists a deleted group only", () => {
    const enis = [eni(["sg-old"]), eni(["sg-old"], { networkInterfaceId: "eni-2" })];
    expect(carried({ of: proxy(["sg-gone"]), enis })).toEqual({
      attached: ["sg-gone", "sg-old"],
      gone: ["sg-gone"],
      listed: ["sg-gone"],
    });
  });

  it("knows an instance's interface by the managed group on it", () => {
    expect(carried({ of: database("front", ["sg-gone"]), enis: [rdsEni(["sg-m"])] })).toEqual({
      attached: ["sg-gone", "sg-m"],
      gone: ["sg-gone"],
      listed: ["sg-gone"],
    });
  });

  it.each<{ name: string } & Case>([
    { name: "no interface is seen", of: proxy(["sg-gone"]), enis: [] },
    { name: "an interface carries no group", of: proxy(["sg-gone"]), enis: [eni([])] },
    { name: "an interface does carry the group", of: proxy(["sg-gone"]), enis: [eni(["sg-gone"])] },
    {
      name: "another's interface carries the group",
      of: proxy(["sg-gone"]),
      enis: [eni(["sg-old"]), rdsEni(["sg-gone"])],
    },
    {
      name: "its interfaces differ",
      of: proxy(["sg-gone"]),
      enis: [eni(["sg-old"]), eni(["sg-old", "sg-other"])],
    },
    {
      name: "somebody else made the interface that has its name",
      of: proxy(["sg-gone"]),
      enis: [eni(["sg-old"], { requesterManaged: false })],
    },
    {
      name: "the interface lies in another VPC",
      of: proxy(["sg-gone"]),
      enis: [eni(["sg-old"], { vpcId: "vpc-2" })],
    },
    {
      name: "the interface lies in a subnet of a further endpoint",
      of: proxy(["sg-gone"]),
      enis: [eni(["sg-old"], { subnetId: "subnet-9" })],
    },
    {
      name: "the interface carries a group that is managed for a further endpoint",
      of: database("ro", ["sg-gone"], { kind: "proxy" }),
      enis: [eni(["sg-m"], { description: "Network interface for DBProxy ro" })],
    },
    {
      name: "the interface bears the name of another proxy",
      of: proxy(["sg-gone"]),
      enis: [eni(["sg-old"], { description: "Network interface for DBProxy front-2" })],
    },
    {
      name: "nothing names an instance's interface",
      of: database("front", ["sg-gone"]),
      enis: [rdsEni(["sg-old"])],
    },
    {
      name: "RDS is at work",
      of: proxy(["sg-gone"], { status: "modifying" }),
      enis: [eni(["sg-old"])],
    },
    {
      name: "RDS is still adding the group",
      of: proxy([], { memberships: [{ groupId: sg("sg-gone"), status: "adding" }] }),
      enis: [eni(["sg-old"])],
    },
  ])("stays with RDS's list where $name", ({ name: _, ...c }) => {
    expect(carried(c)).toMatchObject({ gone: [] });
    expect(carried(c).listed).toBeUndefined();
  });

  it("stays with RDS's list where only one of two listed groups is carried by nobody", () => {
    const c = { of: proxy(["sg-gone", "sg-unreadable"]), enis: [eni(["sg-unreadable"])] };
    expect(carried(c)).toEqual({ attached: ["sg-gone", "sg-unreadable"], gone: [] });
  });
});

describe("the plan of a database that lists a deleted group only", () => {
  const planned = (c: Case) =>
    onlyDatabase(planOf({ inventory: world(c), policies: [allows("front", ["10.0.1.10/32"])] }));

  it("attaches beside what its interfaces carry, and detaches when that is done", () => {
    const { steps, refused, attachedGroups, listedGroups, findings } = planned({
      of: proxy(["sg-gone"]),
      enis: [eni(["sg-old"])],
    });
    expect(refused).toEqual([]);
    expect([attachedGroups, listedGroups]).toEqual([["sg-gone", "sg-old"], ["sg-gone"]]);
    expect(steps.flatMap((s) => (s.action === "setDatabaseGroups" ? [s.groups] : []))).toEqual([
      ["sg-old", "sg-m"],
      ["sg-m"],
    ]);
    expect(findings.find((f) => f.code === "GROUP_GONE")?.what).toContain("its interfaces carry sg-old");
  });

  it("only mends RDS's list where the interfaces carry what policy wants", () => {
    const { steps, managedGroups } = planned({ of: proxy(["sg-gone"]), enis: [eni(["sg-m"])] });
    expect(managedGroups).toEqual(["sg-m"]);
    expect(steps.map((s) => s.action)).toEqual(["setDatabaseGroups", "waitUntilActive"]);
  });

  it("passes the second reading: nobody is cut off and nobody let in", () => {
    const plan = planned({ of: proxy(["sg-gone"]), enis: [eni(["sg-old"])] });
    const groups = new Map([OLD, MANAGED].map((g) => [g.groupId as string, g.rules.map(ruleDocument)]));
    const { steps, violations } = verifyDatabase(
      {
        id: plan.id,
        port: 3306,
        attachedGroups: plan.attachedGroups,
        rules: plan.rules.map(ruleDocument),
        steps: plan.steps.map(stepDocument),
      },
      { groups, members: new Map() },
    );
    expect([steps, violations]).toEqual([plan.steps.length, []]);
  });

  it("is refused where nothing tells what its interfaces carry", () => {
    const { refused } = planned({ of: database("front", ["sg-gone"]), enis: [rdsEni(["sg-old"])] });
    expect(refused.map((r) => r.gate)).toEqual(["notReady"]);
  });
});
