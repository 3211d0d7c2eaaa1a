import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdRevocations } from "../../src/core/guard/hold-revocations.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../src/core/inventory/model.ts";
import type { Plan } from "../../src/core/plan/plan.ts";
import { planDocument, ruleDocument } from "../../src/core/plan/plan-document.ts";
import { leaseTags } from "../../src/core/rule/lease.ts";
import { grantTags } from "../../src/core/rule/rule-marks.ts";
import { verifyDatabase } from "../../src/core/verify/verify-plan.ts";
import { database, group, inventory, live, managedGroup, OPEN_EGRESS, rule } from "../fixtures/inventory.ts";
import { allows, planOf } from "../fixtures/plan.ts";
import { admittedHosts, type ReplayWorld, replay } from "./plan-replay.ts";

const NOW = 1_795_500_000;
const RUNNING = "2026-11-24T12:00:00Z";
const ENDED = "2026-11-24T01:00:00Z";

type Kind = "granted" | "added" | "running" | "ended";
interface Case {
  readonly policy: readonly string[];
  readonly foreign: readonly string[];
  readonly managed: readonly (readonly (readonly [Kind, string])[])[];
  readonly adopt: boolean;
  readonly rulesPerGroup: number;
}

const cidr = fc
  .tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom(32, 32, 32, 31, 30))
  .map(([host, length]) => `10.0.0.${host & ~(2 ** (32 - length) - 1)}/${length}`);
const kind: fc.Arbitrary<Kind> = fc.constantFrom("granted", "granted", "added", "running", "ended");

const arbCase: fc.Arbitrary<Case> = fc.integer({ min: 3, max: 6 }).chain((rulesPerGroup) =>
  fc.record({
    policy: fc.uniqueArray(cidr, { maxLength: 6 }),
    foreign: fc.uniqueArray(cidr, { maxLength: 2 }),
    managed: fc.array(
      fc.uniqueArray(fc.tuple(kind, cidr), { selector: ([, c]) => c, maxLength: rulesPerGroup }),
      { minLength: 1, maxLength: 2 },
    ),
    adopt: fc.boolean(),
    rulesPerGroup: fc.constant(rulesPerGroup),
  }),
);

function liveRule([what, source]: readonly [Kind, string]): SecurityGroupRule {
  if (what === "added") return live(rule(source));
  const marks = grantTags("moat", [rule(source)]);
  if (what === "granted") return live(rule(source), marks);
  return live(rule(source), { ...marks, ...leaseTags(what === "running" ? RUNNING : ENDED, undefined) });
}

interface Made {
  readonly groups: readonly SecurityGroup[];
  readonly attached: readonly string[];
  readonly plan: Plan;
}

function made(c: Case): Made {
  const managed = c.managed.slice(0, c.adopt ? 1 : 2).map((rules, i) => {
    const bare = managedGroup(`sg-m${i}`, "orders", []);
    return {
      ...bare,
      rules: [...rules.map(liveRule), live(OPEN_EGRESS)],
      tags: c.adopt ? { ...bare.tags, "moat:adopt": "ingress" } : bare.tags,
    };
  });
  const foreign = group("sg-f", [...c.foreign.map((s) => rule(s)), OPEN_EGRESS]);
  const attached = ["sg-f", ...managed.map((g) => g.groupId as string)];
  const groups = [foreign, ...managed];
  const plan = planOf({
    inventory: inventory({
      databases: [database("orders", attached)],
      securityGroups: groups,
      quotas: { rulesPerSecurityGroup: c.rulesPerGroup, securityGroupsPerInterface: 5, source: "default" },
    }),
    policies: [allows("orders", c.policy)],
    settings: { nowSeconds: NOW, acknowledged: { has: () => true } as never },
  });
  return { groups, attached, plan };
}

const printed = (groups: readonly SecurityGroup[]) =>
  new Map(groups.map((g) => [g.groupId as string, g.rules.map(ruleDocument)]));

/** Who may come in at the end: by policy, by a running lease, and in an adopted database by the other groups. */
function wanted(c: Case): Set<number> {
  const leases = c.managed
    .slice(0, c.adopt ? 1 : 2)
    .flat()
    .flatMap(([what, source]) => (what === "running" ? [source] : []));
  const sources = [...c.policy, ...leases, ...(c.adopt ? c.foreign : [])];
  const rules = sources.map((source) => ({ direction: "ingress", protocol: "-1", source }));
  const world = { groups: new Map([["p", rules]]), attached: [], groupsPerInterface: 1, rulesPerGroup: 99 };
  return admittedHosts(world, ["p"], 3306);
}

describe("plans with leases and adopted groups, replayed by a second reading", () => {
  it("cut nobody, let nobody in, and end at policy, running leases and what stays", () => {
    let carriedOut = 0;
    fc.assert(
      fc.property(arbCase, (c) => {
        const { groups, attached, plan } = made(c);
        const [orders] = planDocument(plan).databases;
        if (orders === undefined || orders.refused.length > 0) return;
        carriedOut += 1;
        const rules = printed(groups);
        expect(verifyDatabase(orders, { groups: rules, members: new Map() }).violations).toEqual([]);
        const world: ReplayWorld = {
          groups: new Map([...rules].map(([id, list]) => [id, [...list]])),
          attached: [...attached],
          groupsPerInterface: 5,
          rulesPerGroup: c.rulesPerGroup,
        };
        expect(replay(world, orders.steps, wanted(c), 3306)).toBeUndefined();
        if (c.adopt) expect(world.attached).toEqual(attached);
      }),
      { numRuns: 1_500 },
    );
    expect(carriedOut).toBeGreaterThan(700);
  });

  it("stay safe when what one answer of policy takes away is held", () => {
    let held = 0;
    fc.assert(
      fc.property(arbCase, (c) => {
        const { groups, plan } = made(c);
        const waiting = holdRevocations(plan, new Map(), { readAt: 0, apartMs: 30_000 });
        const [orders] = planDocument(waiting.plan).databases;
        if (orders === undefined || orders.refused.length > 0) return;
        held += waiting.askAgainAt === undefined ? 0 : 1;
        const world = { groups: printed(groups), members: new Map() };
        expect(verifyDatabase(orders, world, false).violations).toEqual([]);
        for (const step of orders.steps.filter((s) => s.action === "revoke"))
          expect(step.rules?.filter((r) => r.was === "granted")).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
    expect(held).toBeGreaterThan(300);
  });
});
