import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NetworkInterface, SecurityGroup } from "../../src/core/inventory/model.ts";
import { addressSetOfCidrs, toCidrs } from "../../src/core/net/address-set.ts";
import type { Cidr } from "../../src/core/net/cidr.ts";
import { planDocument, ruleDocument } from "../../src/core/plan/plan-document.ts";
import { planEnforcement } from "../../src/core/plan/plan-enforcement.ts";
import { verifyDatabase } from "../../src/core/verify/verify-plan.ts";
import {
  arnOf,
  database,
  group,
  inventory,
  live,
  networkInterface,
  OPEN_EGRESS,
  rule,
} from "../fixtures/inventory.ts";
import { admittedHosts, type ReplayRule, replay } from "./plan-replay.ts";

/**
 * Worlds of sixteen addresses in which rules may name groups: whatever carries a group, forwards, is in another VPC or
 * hands out blocks. The oracle knows who carries what from the case alone, and tries every address.
 */
interface Case {
  readonly policy: readonly string[];
  readonly interfaces: readonly ArbInterface[];
  readonly managed: readonly string[];
  readonly attachedManaged: boolean;
  readonly foreign: readonly string[];
  readonly rulesPerGroup: number;
  readonly barrier: boolean;
  readonly onDatabase: boolean;
}

interface ArbInterface {
  readonly host: number;
  readonly second: number | undefined;
  readonly groups: readonly string[];
  readonly kind: "plain" | "away" | "delegating" | "service";
}

const PLAIN = ["plain", "plain", "plain", "plain", "plain", "plain"] as const;
const NAMED = ["sg-a", "sg-b", "sg-c"] as const;
const host = fc.integer({ min: 0, max: 15 });
/** Mostly even, so that they do not merge. */
const sparse = fc.oneof({ weight: 4, arbitrary: host.map((h) => h & ~1) }, { weight: 1, arbitrary: host });
const single = sparse.map((h) => `10.0.0.${h}/32`);
const cidr = fc
  .tuple(host, fc.constantFrom(32, 32, 32, 31, 30))
  .map(([h, length]) => `10.0.0.${h & ~(2 ** (32 - length) - 1)}/${length}`);
const peer = fc.oneof({ weight: 3, arbitrary: cidr }, { weight: 1, arbitrary: fc.constantFrom(...NAMED) });
const peers = (max: number) => fc.uniqueArray(peer, { maxLength: max });

const arbCase: fc.Arbitrary<Case> = fc.integer({ min: 2, max: 6 }).chain((rulesPerGroup) =>
  fc.record({
    policy: fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: single }, { weight: 1, arbitrary: cidr }), {
      minLength: 4,
      maxLength: 10,
    }),
    interfaces: fc.array(
      fc.record({
        host: sparse,
        second: fc.option(sparse, { nil: undefined, freq: 4 }),
        groups: fc.uniqueArray(fc.constantFrom(...NAMED), { minLength: 1, maxLength: 2 }),
        kind: fc.constantFrom(...PLAIN, "away", "delegating", "service"),
      }),
      { maxLength: 6 },
    ) as fc.Arbitrary<ArbInterface[]>,
    managed: peers(rulesPerGroup),
    attachedManaged: fc.boolean(),
    foreign: peers(3),
    rulesPerGroup: fc.constant(rulesPerGroup),
    barrier: fc.boolean().map((b) => b && rulesPerGroup === 2),
    onDatabase: fc.constantFrom(false, false, false, true),
  }),
);

/** Addresses that a block of the interface covers beside its own. */
const delegated = ({ host: h, kind }: ArbInterface): readonly number[] =>
  kind === "delegating" ? [h & ~1, h | 1] : [];

const ownHosts = (i: ArbInterface): readonly number[] =>
  i.second === undefined ? [i.host] : [i.host, i.second];

/** Who comes in by a rule that names each group; `most`: if every delegated address is in use. */
function members(c: Case, most: boolean): ReadonlyMap<string, ReadonlySet<number>> {
  return new Map(
    NAMED.map((name) => {
      const carriers = c.interfaces.filter((i) => i.groups.includes(name) && i.kind !== "away");
      return [name, new Set(carriers.flatMap((i) => [...ownHosts(i), ...(most ? delegated(i) : [])]))];
    }),
  );
}

const interfaceOf = (i: ArbInterface, n: number): NetworkInterface =>
  networkInterface(
    `eni-${n}`,
    ownHosts(i).map((h) => `10.0.0.${h}`),
    i.groups,
    {
      ownerId: "111122223333",
      sourceDestCheck: true,
      ...(i.kind === "away" ? { vpcId: "vpc-2" } : {}),
      ...(i.kind === "delegating" ? { prefixes: [`10.0.0.${i.host & ~1}/31` as Cidr] } : {}),
      ...(i.kind === "service" ? { requesterManaged: true, sourceDestCheck: false } : {}),
    },
  );

const owned = { "moat:owner": "moat" };

function groupsOf(c: Case): readonly SecurityGroup[] {
  return [
    ...NAMED.map((name) => group(name)),
    group("sg-f", [...c.foreign.map((r) => rule(r)), OPEN_EGRESS]),
    group("sg-m", [...c.managed.map((r) => live(rule(r), owned)), live(OPEN_EGRESS)], {
      tags: { ...owned, "moat:database": arnOf("orders"), "moat:original-groups": "sg-f" },
    }),
  ];
}

function planOf(
  c: Case,
  groups: readonly SecurityGroup[],
  attached: readonly string[],
  references: "off" | "exact",
) {
  const arn = arnOf("orders");
  const barrier = networkInterface("eni-b", ["10.9.9.9"], [], {
    ownerId: "111122223333",
    sourceDestCheck: false,
  });
  const plan = planEnforcement({
    inventory: inventory({
      interfacesListed: true,
      databases: [
        database("orders", attached),
        ...(c.onDatabase ? [database("other", ["sg-a"], { tags: {} })] : []),
      ],
      securityGroups: groups,
      networkInterfaces: [...c.interfaces.map(interfaceOf), ...(c.barrier ? [barrier] : [])],
      quotas: { rulesPerSecurityGroup: c.rulesPerGroup, securityGroupsPerInterface: 4, source: "default" },
    }),
    policy: { source: "pce", version: "1", complete: true, problems: [] },
    resolution: {
      databases: new Map([
        [
          arn,
          {
            arn,
            matched: [{ kind: "workload", href: "/orgs/1/workloads/w", by: "arn" }],
            labels: {},
            allowed: addressSetOfCidrs(c.policy as Cidr[]),
            grants: [],
            reasonsWithin: () => [],
            overrideDenied: addressSetOfCidrs([]),
            incomplete: [],
            findings: [],
          },
        ],
      ]),
      findings: [],
    },
    settings: {
      owner: "moat",
      modes: { default: "observe", databases: {} },
      acknowledged: { has: () => true } as unknown as ReadonlySet<string>,
      shrinkPercent: 30,
      groupReferences: references,
    },
    observed: undefined,
    labelsOf: () => ({}),
  });
  const found = planDocument(plan).databases.find((d) => d.id === "orders");
  if (found === undefined) throw new Error("The plan lacks the database");
  return found;
}

const wantedHosts = (policy: readonly string[]): Set<number> =>
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

const isReference = (r: { readonly source: string }): boolean => r.source.startsWith("sg-");
let plansWithReferences = 0;

describe("rules that name groups, tried one address at a time", () => {
  it("cut nobody, let nobody in and end where policy says, at every step", () => {
    fc.assert(
      fc.property(arbCase, (c) => {
        const groups = groupsOf(c);
        const attached = c.attachedManaged ? ["sg-f", "sg-m"] : ["sg-f"];
        const plan = planOf(c, groups, attached, "exact");
        if (plan.refused.length > 0) return;
        const wanted = wantedHosts(c.policy);
        if (plan.rules.some(isReference)) plansWithReferences += 1;
        const world = (most: boolean) => ({
          groups: new Map(
            groups.map((g) => [g.groupId as string, g.rules.map(ruleDocument) as ReplayRule[]]),
          ),
          attached: [...attached],
          groupsPerInterface: 4,
          rulesPerGroup: c.rulesPerGroup,
          members: members(c, most),
        });
        const replayed = world(false);
        expect(replay(replayed, plan.steps, wanted, 3306)).toBeUndefined();
        const most = { ...world(true), groups: replayed.groups };
        const reached = admittedHosts(most, replayed.attached, 3306);
        expect([...reached].filter((h) => !wanted.has(h))).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
    expect(plansWithReferences).toBeGreaterThan(100);
  });

  it("hold before the second checker, which reads who carries a group from the interfaces", () => {
    fc.assert(
      fc.property(arbCase, (c) => {
        const groups = groupsOf(c);
        const plan = planOf(c, groups, ["sg-f", "sg-m"], "exact");
        const named = new Map<string, readonly string[]>(
          [...members(c, false)].map(([id, hosts]) => [id, [...hosts].map((h) => `10.0.0.${h}`)]),
        );
        const printed = new Map(groups.map((g) => [g.groupId as string, g.rules.map(ruleDocument)]));
        expect(verifyDatabase(plan, { groups: printed, members: named }).violations).toEqual([]);
        // Had somebody joined a group that the plan names, the checker would say so.
        const reference = plan.rules.find(isReference);
        const stranger = [...Array(16).keys()].find((h) => !wantedHosts(c.policy).has(h));
        if (reference === undefined || stranger === undefined || plan.steps.length === 0) return;
        const joined = new Map(named).set(reference.source, [
          ...(named.get(reference.source) ?? []),
          `10.0.0.${stranger}`,
        ]);
        expect(verifyDatabase(plan, { groups: printed, members: joined }).violations).not.toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("save rules, or are not made; and with references off no rule of ours names a group", () => {
    fc.assert(
      fc.property(arbCase, (c) => {
        const groups = groupsOf(c);
        const cover = toCidrs(addressSetOfCidrs(c.policy as Cidr[])).length;
        const on = planOf(c, groups, ["sg-f"], "exact").rules;
        const off = planOf(c, groups, ["sg-f"], "off").rules;
        expect(off.some(isReference)).toBe(false);
        expect(on.some(isReference) ? on.length < cover : on.length === off.length).toBe(true);
        for (const { source, standsFor } of on.filter(isReference)) {
          const who = members(c, false).get(source) ?? new Set();
          expect([...wantedHosts(standsFor ?? [])].filter((h) => !who.has(h))).toEqual([]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
