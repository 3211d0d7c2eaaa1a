import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  live,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, type PlanCase, planOf, SETTINGS } from "../../../test/fixtures/plan.ts";
import { formatUtc } from "../flow/utc-time.ts";
import type { SecurityGroup } from "../inventory/model.ts";
import { addressSetOfCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { leaseTags } from "../rule/lease.ts";
import { grantTags } from "../rule/rule-marks.ts";
import { sourceText } from "../rule/rule-text.ts";
import type { DatabasePlan, Step } from "./plan.ts";
import { type LeaseRequest, planLease, planLeaseEnd } from "./plan-lease.ts";
import { planningWorld } from "./world.ts";

const NOW = 1_795_500_000;
const inS = (seconds: number): string => formatUtc(NOW + seconds);
const OLD = group("sg-old", [rule("10.0.0.0/8"), OPEN_EGRESS]);
const policyRule = live(rule("10.0.1.10/32"), grantTags("moat", [rule("10.0.1.10/32")]));
const lease = (cidr: string, until: string) =>
  live(rule(cidr), { ...grantTags("moat", [rule(cidr)]), ...leaseTags(until, "incident 7") });
const moats = (...rules: SecurityGroup["rules"]): SecurityGroup => ({
  ...managedGroup("sg-m", "orders", []),
  rules: [policyRule, ...rules, live(OPEN_EGRESS)],
});
const settings = { nowSeconds: NOW };
const line = (step: Step): string =>
  `${step.action}${"rules" in step ? ` ${step.rules.map((r) => sourceText(r.source)).join(" ")}` : ""}`;

function planned(managed: SecurityGroup, over: Partial<PlanCase> = {}): DatabasePlan {
  return onlyDatabase(
    planOf({
      inventory: inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [OLD, managed] }),
      policies: [allows("orders", ["10.0.1.10/32"])],
      settings,
      ...over,
    }),
  );
}

describe("leases in a plan", () => {
  it.each([
    { name: "a running one stays", until: inS(1), state: "running", steps: [] },
    { name: "an ended one goes", until: inS(0), state: "ended", steps: ["revoke 10.0.7.9/32"] },
    {
      name: "one beyond seven days goes",
      until: inS(8 * 86_400),
      state: "tooLong",
      steps: ["revoke 10.0.7.9/32"],
    },
    {
      name: "one with another text goes",
      until: "tomorrow",
      state: "tooLong",
      steps: ["revoke 10.0.7.9/32"],
    },
  ])("$name", ({ until, state, steps }) => {
    const plan = planned(moats(lease("10.0.7.9/32", until)));
    expect(plan.leases.map((l) => l.state)).toEqual([state]);
    expect(plan.steps.map(line)).toEqual(steps);
    expect(plan.drift).toEqual([]);
    expect(plan.refused).toEqual([]);
  });

  it("end although their client has come in by them", () => {
    const plan = planned(moats(lease("10.0.7.9/32", inS(-1))), {
      observed: [{ database: database("orders", []).arn, consumer: "10.0.7.9", records: 9 }],
    });
    expect([plan.refused, plan.steps.map(line)]).toEqual([[], ["revoke 10.0.7.9/32"]]);
  });

  it("are part of the desired rules, with their reason", () => {
    const { rules, inSync, reachable } = planned(moats(lease("10.0.7.9/32", inS(60))));
    expect(rules.map((r) => [sourceText(r.source), r.lease?.reason])).toEqual([
      ["10.0.1.10/32", undefined],
      ["10.0.7.9/32", "incident 7"],
    ]);
    expect({ inSync, planned: reachable.planned }).toEqual({ inSync: true, planned: 2n });
  });

  it("end when an override deny comes to name them", () => {
    const deny = { overrideDenied: addressSetOfCidrs(["10.0.7.0/24" as Cidr]) };
    const plan = planned(moats(lease("10.0.7.9/32", inS(60))), {
      policies: [allows("orders", ["10.0.1.10/32"], deny)],
    });
    expect([plan.leases[0]?.state, plan.steps.map(line)]).toEqual(["denied", ["revoke 10.0.7.9/32"]]);
  });

  it("are no lease when somebody edited the rule", () => {
    const tags = { ...grantTags("moat", [rule("10.0.7.9/32")]), ...leaseTags(inS(60), undefined) };
    const plan = planned(moats(live(rule("0.0.0.0/0"), tags)));
    expect(plan.drift.map((d) => d.kind)).toEqual(["ruleEdited"]);
    expect(plan.steps.map(line)).toEqual(["revoke 0.0.0.0/0"]);
  });

  it("become policy's rule when policy grants the same", () => {
    const plan = planned(moats(lease("10.0.7.9/32", inS(-60))), {
      policies: [allows("orders", ["10.0.1.10/32", "10.0.7.9/32"])],
    });
    expect(plan.steps).toEqual([]);
  });

  it("move to the group that replaces a full one", () => {
    const quotas = { rulesPerSecurityGroup: 2, securityGroupsPerInterface: 5, source: "default" } as const;
    const full = moats(lease("10.0.7.9/32", inS(60)));
    const plan = planned(full, {
      inventory: inventory({
        databases: [database("orders", ["sg-m"])],
        securityGroups: [OLD, full],
        quotas,
      }),
      policies: [allows("orders", ["10.0.1.10/32", "10.0.2.10/32"])],
    });
    expect(plan.steps.map(line).slice(0, 2)).toEqual(["createSecurityGroup", "authorize 10.0.2.10/32"]);
    expect(plan.rules).toHaveLength(3);
  });
});

describe("planLease", () => {
  const ask = (over: Partial<LeaseRequest> = {}, managed = moats(), tags = {}) => {
    const world = planningWorld(
      inventory({
        databases: [database("orders", ["sg-m"], { tags: { "moat:mode": "enforce", ...tags } })],
        securityGroups: [OLD, managed],
      }),
      { ...SETTINGS, ...settings },
    );
    const [orders] = world.inventory.databases;
    if (orders === undefined) throw new Error("The world has no database");
    const request = { cidr: "10.0.7.9/32" as Cidr, seconds: 3_600, long: false, denied: undefined, ...over };
    return { grant: planLease(world, orders, request), end: planLeaseEnd(world, orders, request.cidr) };
  };

  it("adds one rule with its end and its reason on it", () => {
    const [step] = ask({ reason: "incident 7: <db> is slow" }).grant.steps;
    expect(step?.action === "authorize" && step.ruleTags).toEqual({
      ...grantTags("moat", [rule("10.0.7.9/32")]),
      "moat:lease-until": inS(3_600),
      "moat:lease-reason": "incident 7: db is slow",
    });
  });

  it.each([
    {
      name: "an observed database",
      c: () => ask({}, moats(), { "moat:mode": "observe" }),
      want: "not enforced",
    },
    { name: "every address", c: () => ask({ cidr: "0.0.0.0/0" as Cidr }), want: "too wide" },
    { name: "a /23", c: () => ask({ cidr: "10.0.6.0/23" as Cidr }), want: "too wide" },
    { name: "an IPv6 /63", c: () => ask({ cidr: "2001:db8::/63" as Cidr }), want: "too wide" },
    { name: "two days", c: () => ask({ seconds: 172_800 }), want: "more than a day" },
    { name: "eight days, however meant", c: () => ask({ seconds: 691_200, long: true }), want: "seven days" },
    {
      name: "what an override deny names",
      c: () => ask({ denied: addressSetOfCidrs(["10.0.7.0/28" as Cidr]) }),
      want: "override deny",
    },
    { name: "who can come in anyway", c: () => ask({ cidr: "10.0.1.10/32" as Cidr }), want: "can reach" },
    {
      name: "a second lease for the same",
      c: () => ask({}, moats(lease("10.0.7.9/32", inS(60)))),
      want: "already",
    },
  ])("refuses $name", ({ c, want }) => {
    const { steps, refused } = c().grant;
    expect(steps).toEqual([]);
    expect(refused[0]?.what).toContain(want);
  });

  it("allows two days to somebody who means it", () => {
    expect(ask({ seconds: 172_800, long: true }).grant.steps).toHaveLength(1);
  });

  it("ends a lease before its time, and nothing else", () => {
    expect(ask({}, moats(lease("10.0.7.9/32", inS(60)))).end.steps.map(line)).toEqual(["revoke 10.0.7.9/32"]);
    expect(ask({ cidr: "10.0.1.10/32" as Cidr }).end.refused).toHaveLength(1);
  });
});
