import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SecurityGroup } from "../../src/core/inventory/model.ts";
import { addressSetOfCidrs } from "../../src/core/net/address-set.ts";
import type { Cidr } from "../../src/core/net/cidr.ts";
import type { DatabaseDocument } from "../../src/core/plan/plan-document.ts";
import { planDocument, ruleDocument } from "../../src/core/plan/plan-document.ts";
import { planEnforcement } from "../../src/core/plan/plan-enforcement.ts";
import { verifyDatabase } from "../../src/core/verify/verify-plan.ts";
import { arnOf, database, group, inventory, managedGroup, OPEN_EGRESS, rule } from "../fixtures/inventory.ts";
import { admittedHosts, type ReplayWorld, replay } from "./plan-replay.ts";

interface Case {
  readonly policy: readonly string[];
  readonly foreign: readonly (readonly string[])[];
  readonly managed: readonly (readonly string[])[];
  readonly attachedManaged: readonly boolean[];
  readonly rulesPerGroup: number;
  readonly groupsPerInterface: number;
}

const cidr = fc
  .tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom(32, 32, 32, 31, 30, 28))
  .map(([host, length]) => `10.0.0.${host & ~(2 ** (32 - length) - 1)}/${length}`);
const cidrs = (max: number): fc.Arbitrary<string[]> => fc.uniqueArray(cidr, { maxLength: max });

const arbCase: fc.Arbitrary<Case> = fc.integer({ min: 2, max: 5 }).chain((rulesPerGroup) =>
  fc.record({
    policy: cidrs(8),
    foreign: fc.array(cidrs(3), { minLength: 0, maxLength: 3 }),
    managed: fc.array(cidrs(rulesPerGroup), { maxLength: 2 }),
    attachedManaged: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    rulesPerGroup: fc.constant(rulesPerGroup),
    groupsPerInterface: fc.integer({ min: 2, max: 5 }),
  }),
);

/** Cases that once went wrong: a group of copies only was needed in one order of the groups, and not in the other. */
const ONCE_BROKEN: readonly [Case][] = [
  [
    {
      policy: ["10.0.0.12/30", "10.0.0.3/32"],
      foreign: [],
      managed: [["10.0.0.12/30", "10.0.0.3/32"], ["10.0.0.12/30"]],
      attachedManaged: [false, true],
      rulesPerGroup: 3,
      groupsPerInterface: 2,
    },
  ],
];

/** Every gate that asks for a person's word is overruled: the steps themselves must be safe. */
const settings = {
  owner: "moat",
  modes: { default: "enforce", databases: {} },
  acknowledged: { has: () => true } as unknown as ReadonlySet<string>,
  shrinkPercent: 30,
} as const;

function groupsOf(c: Case): {
  readonly groups: readonly SecurityGroup[];
  readonly attached: readonly string[];
} {
  const foreign = c.foreign.map((rules, i) => group(`sg-f${i}`, [...rules.map((r) => rule(r)), OPEN_EGRESS]));
  const managed = c.managed.map((rules, i) =>
    managedGroup(`sg-m${i}`, "orders", [...rules.map((r) => rule(r)), OPEN_EGRESS]),
  );
  const attached = [
    ...foreign.map((g) => g.groupId as string),
    ...managed.filter((_, i) => c.attachedManaged[i]).map((g) => g.groupId as string),
  ].slice(0, c.groupsPerInterface);
  return { groups: [...foreign, ...managed], attached };
}

function planOf(groups: readonly SecurityGroup[], attached: readonly string[], c: Case): DatabaseDocument {
  const allowed = addressSetOfCidrs(c.policy as Cidr[]);
  const arn = arnOf("orders");
  const policy = {
    arn,
    matched: [{ kind: "workload", href: "/orgs/1/workloads/w", by: "arn" }],
    labels: {},
    allowed,
    grants: [],
    reasonsWithin: () => [],
    overrideDenied: addressSetOfCidrs([]),
    incomplete: [],
    findings: [],
  } as const;
  const plan = planEnforcement({
    inventory: inventory({
      databases: [database("orders", attached)],
      securityGroups: groups,
      quotas: {
        rulesPerSecurityGroup: c.rulesPerGroup,
        securityGroupsPerInterface: c.groupsPerInterface,
        source: "default",
      },
    }),
    policy: { source: "pce", version: "1", complete: true, problems: [] },
    resolution: { databases: new Map([[arn, policy]]), findings: [] },
    settings,
    observed: undefined,
    labelsOf: () => ({}),
  });
  const [first] = planDocument(plan).databases;
  if (first === undefined) throw new Error("The plan has no database");
  return first;
}

const hostsOf = (policy: readonly string[]): Set<number> =>
  admittedHosts(
    {
      groups: new Map([["p", policy.map((source) => ({ direction: "ingress", protocol: "-1", source }))]]),
      attached: [],
      groupsPerInterface: 1,
      rulesPerGroup: 99,
    },
    ["p"],
    3306,
  );

const worldOf = (groups: readonly SecurityGroup[], attached: readonly string[], c: Case): ReplayWorld => ({
  groups: new Map(groups.map((g) => [g.groupId, g.rules.map(ruleDocument)])),
  attached: [...attached],
  groupsPerInterface: c.groupsPerInterface,
  rulesPerGroup: c.rulesPerGroup,
});

describe("every plan, replayed by a second reading", () => {
  it("cuts nobody, lets nobody in, ends at policy, and then has nothing left to do", () => {
    let carriedOut = 0;
    fc.assert(
      fc.property(arbCase, (c) => {
        const { groups, attached } = groupsOf(c);
        const plan = planOf(groups, attached, c);
        if (plan.refused.length > 0) {
          expect(plan.refused.map((r) => r.gate)).toEqual(["quota"]);
          return;
        }
        carriedOut += 1;
        const world = worldOf(groups, attached, c);
        const printed = new Map(groups.map((g) => [g.groupId as string, g.rules.map(ruleDocument)]));
        expect(verifyDatabase(plan, { groups: printed, members: new Map() }).violations).toEqual([]);
        expect(replay(world, plan.steps, hostsOf(c.policy), 3306)).toBeUndefined();
        const arn = arnOf("orders");
        const after = [...world.groups].map(([id, rules]) =>
          group(
            id.replace("new-", "sg-new-"),
            rules.map((r) =>
              rule(r.source, {
                direction: r.direction as "ingress" | "egress",
                protocol: r.protocol,
                ...(r.protocol === "-1" ? { fromPort: undefined, toPort: undefined } : {}),
              } as never),
            ),
            id.startsWith("sg-f")
              ? {}
              : { tags: { "moat:owner": "moat", "moat:database": arn, "moat:original-groups": "sg-f0" } },
          ),
        );
        const next = planOf(
          after,
          world.attached.map((id) => id.replace("new-", "sg-new-")),
          c,
        );
        expect(next.steps).toEqual([]);
      }),
      { numRuns: 3_000, examples: [...ONCE_BROKEN] },
    );
    expect(carriedOut).toBeGreaterThan(1_000);
  });
});
