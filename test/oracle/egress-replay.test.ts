import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RuleContent, SecurityGroup } from "../../src/core/inventory/model.ts";
import { addressSetOfCidrs } from "../../src/core/net/address-set.ts";
import type { Cidr } from "../../src/core/net/cidr.ts";
import { canonicalDestinations } from "../../src/core/net/destinations.ts";
import { type DatabaseDocument, planDocument, ruleDocument } from "../../src/core/plan/plan-document.ts";
import { planEnforcement } from "../../src/core/plan/plan-enforcement.ts";
import { EGRESS_MARK } from "../../src/core/rule/outbound-rules.ts";
import { grantTags } from "../../src/core/rule/rule-marks.ts";
import { verifyDatabase } from "../../src/core/verify/verify-plan.ts";
import { arnOf, database, group, inventory, live, OPEN_EGRESS, rule } from "../fixtures/inventory.ts";
import { allows, SETTINGS } from "../fixtures/plan.ts";

/** What may be opened, on one or two ports of three. */
interface Way {
  readonly cidr: string;
  readonly from: number;
  readonly to: number;
}

interface Case {
  readonly policy: readonly Way[];
  /** Egress of the group that is not Moat's; absent when it is not attached. */
  readonly foreign: readonly Way[] | undefined;
  /** Of each managed group: whether it is attached, and what stands there, by policy or by hand. */
  readonly managed: readonly {
    readonly attached: boolean;
    readonly granted: readonly Way[];
    readonly byHand: readonly Way[];
  }[];
  /** The mark stands. */
  readonly settled: boolean;
  /** A person has overruled whatever may be. */
  readonly agreed: boolean;
  readonly limit: number;
}

const PORTS = [1, 2, 3] as const;
const HOSTS = Array.from({ length: 16 }, (_, n) => n);

const way = fc
  .tuple(
    fc.integer({ min: 0, max: 15 }),
    fc.constantFrom(32, 32, 31, 30),
    fc.constantFrom(1, 2, 3),
    fc.boolean(),
  )
  .map(
    ([host, length, port, wide]): Way => ({
      cidr: `10.0.0.${host & ~(2 ** (32 - length) - 1)}/${length}`,
      from: port,
      to: wide ? Math.min(3, port + 1) : port,
    }),
  );
const ways = (max: number) =>
  fc.uniqueArray(way, { maxLength: max, selector: (w) => `${w.cidr} ${w.from} ${w.to}` });

const arbCase: fc.Arbitrary<Case> = fc.record({
  policy: ways(4),
  foreign: fc.option(ways(3), { nil: undefined, freq: 2 }),
  managed: fc.array(fc.record({ attached: fc.boolean(), granted: ways(3), byHand: ways(2) }), {
    minLength: 0,
    maxLength: 2,
  }),
  settled: fc.boolean(),
  agreed: fc.boolean(),
  limit: fc.constantFrom(24, 24, 9),
});

const out = ({ cidr, from, to }: Way): RuleContent =>
  rule(cidr, { direction: "egress", fromPort: from, toPort: to });

/** Which of the sixteen hosts are open on which port: read off rules one by one, as `"3:1"`. */
function opened(rules: readonly Printed[]): Set<string> {
  const open = new Set<string>();
  for (const port of PORTS)
    for (const host of HOSTS) if (rules.some((r) => lets(r, host, port))) open.add(`${host}:${port}`);
  return open;
}

interface Printed {
  readonly direction: string;
  readonly protocol: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly source: string;
}

function lets(
  { direction, protocol, fromPort = 0, toPort = 65_535, source }: Printed,
  host: number,
  port: number,
): boolean {
  if (direction !== "egress" || source.includes(":")) return false;
  if (protocol !== "-1" && !(protocol === "tcp" && fromPort <= port && port <= toPort)) return false;
  const [base = "", length = "32"] = source.split("/");
  const bits = (text: string): string =>
    text
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  return bits(base).slice(0, Number(length)) === bits(`10.0.0.${host}`).slice(0, Number(length));
}

const asPrinted = ({ cidr, from, to }: Way): Printed => ({
  direction: "egress",
  protocol: "tcp",
  fromPort: from,
  toPort: to,
  source: cidr,
});

const owned = { "moat:owner": "moat", "moat:database": arnOf("orders"), "moat:original-groups": "sg-f" };

function groupsOf(c: Case): {
  readonly groups: readonly SecurityGroup[];
  readonly attached: readonly string[];
} {
  const managed = c.managed.map(({ granted, byHand }, i) => {
    const keys = new Set(granted.map((w) => `${w.cidr} ${w.from} ${w.to}`));
    const others = byHand.filter((w) => !keys.has(`${w.cidr} ${w.from} ${w.to}`));
    return group(
      `sg-m${i}`,
      [
        ...granted.map((w) => live(out(w), grantTags("moat", [out(w)]))),
        ...others.map((w) => live(out(w))),
        ...(c.settled && i === 0 ? [live(EGRESS_MARK, grantTags("moat", [EGRESS_MARK]))] : []),
        ...(i === 0 ? [live(rule("10.9.0.0/16"), grantTags("moat", [rule("10.9.0.0/16")]))] : []),
      ],
      { tags: owned },
    );
  });
  const foreign =
    c.foreign === undefined ? [] : [group("sg-f", [rule("10.9.0.0/16"), ...c.foreign.map(out)])];
  const attached = [
    ...foreign.map((g) => g.groupId as string),
    ...managed.filter((_, i) => c.managed[i]?.attached).map((g) => g.groupId as string),
  ];
  if (attached.length > 0) return { groups: [...foreign, ...managed], attached };
  return { groups: [...managed, group("sg-f", [rule("10.9.0.0/16"), OPEN_EGRESS])], attached: ["sg-f"] };
}

function planOf(groups: readonly SecurityGroup[], attached: readonly string[], c: Case): DatabaseDocument {
  const allowed = canonicalDestinations(
    c.policy.map(({ cidr, from, to }) => ({
      protocol: "tcp",
      from,
      to,
      addresses: addressSetOfCidrs([cidr as Cidr]),
    })),
  );
  const arn = arnOf("orders");
  const matched = allows("orders", []).matched;
  const plan = planEnforcement({
    inventory: inventory({
      databases: [database("orders", attached)],
      securityGroups: groups,
      quotas: { rulesPerSecurityGroup: c.limit, securityGroupsPerInterface: 4, source: "default" },
    }),
    policy: { source: "pce", version: "1", complete: true, problems: [] },
    resolution: { databases: new Map([[arn, allows("orders", ["10.9.0.0/16"])]]), findings: [] },
    settings: {
      ...SETTINGS,
      acknowledged: { has: (token: string) => c.agreed || !token.startsWith("egress") } as never,
      egress: { default: "managed", databases: {} },
    },
    observed: undefined,
    outbound: new Map([[arn, { arn, matched, allowed, reasonsFor: () => [], incomplete: [], findings: [] }]]),
    labelsOf: () => ({}),
  });
  const [first] = planDocument(plan).databases;
  if (first === undefined) throw new Error("The plan has no database");
  return first;
}

interface Tiny {
  readonly groups: Map<string, { readonly rule: Printed; readonly tags: Readonly<Record<string, string>> }[]>;
  attached: readonly string[];
}

const keyOf = (r: Printed): string => [r.direction, r.protocol, r.fromPort, r.toPort, r.source].join(" ");

/** Carries out one printed step as EC2 would; throws where EC2 refuses. */
function carryOut(world: Tiny, step: DatabaseDocument["steps"][number], limit: number): void {
  const id = step.group ?? "";
  const standing = world.groups.get(id) ?? [];
  switch (step.action) {
    case "createSecurityGroup":
      world.groups.set(id, [
        { rule: { direction: "egress", protocol: "-1", source: "0.0.0.0/0" }, tags: {} },
      ]);
      return;
    case "authorize": {
      for (const one of step.rules ?? []) {
        if (standing.some((s) => keyOf(s.rule) === keyOf(one))) throw new Error(`duplicate ${keyOf(one)}`);
        standing.push({ rule: one, tags: step.ruleTags ?? {} });
      }
      for (const direction of ["ingress", "egress"])
        if (standing.filter((s) => s.rule.direction === direction).length > limit)
          throw new Error(`too many in ${id}`);
      return;
    }
    case "revoke": {
      const gone = new Set(step.rules?.map(keyOf));
      if ([...gone].some((key) => !standing.some((s) => keyOf(s.rule) === key)))
        throw new Error("no such rule");
      world.groups.set(
        id,
        standing.filter((s) => !gone.has(keyOf(s.rule))),
      );
      return;
    }
    case "setDatabaseGroups":
      world.attached = step.groups ?? [];
      return;
    case "deleteSecurityGroup":
      if (world.attached.includes(id)) throw new Error(`${id} is attached`);
      world.groups.delete(id);
      return;
    default:
      return;
  }
}

const inForce = (world: Tiny): Set<string> =>
  opened(world.attached.flatMap((id) => (world.groups.get(id) ?? []).map((s) => s.rule)));

const minus = (a: ReadonlySet<string>, b: ReadonlySet<string>): readonly string[] =>
  [...a].filter((x) => !b.has(x));

const contentOf = ({ source, ...printed }: Printed): RuleContent =>
  rule(source, { ...printed, fromPort: printed.fromPort, toPort: printed.toPort } as never);

describe("the egress of a database in policy's hands, tried destination by destination", () => {
  it("closes nothing that policy allows, opens nothing that it does not, and comes to rest", () => {
    const states = new Map<string, number>();
    fc.assert(
      fc.property(arbCase, (c) => {
        const { groups, attached } = groupsOf(c);
        const plan = planOf(groups, attached, c);
        if (plan.refused.length > 0) return;
        const state = `${plan.egress?.state}${plan.egress?.held.length ? " held" : ""}`;
        states.set(state, (states.get(state) ?? 0) + 1);
        const world: Tiny = {
          groups: new Map(
            groups.map((g) => [
              g.groupId as string,
              g.rules.map((r) => ({ rule: ruleDocument(r), tags: r.tags })),
            ]),
          ),
          attached,
        };
        const policy = opened(c.policy.map(asPrinted));
        const before = inForce(world);
        const isTight = c.limit < 24;
        for (const [i, step] of plan.steps.entries()) {
          carryOut(world, step, c.limit);
          const now = inForce(world);
          expect(minus(now, new Set([...before, ...policy])), `step ${i + 1} opens`).toEqual([]);
          // Where there is no room, what others let out may go before policy has it.
          if (!isTight)
            expect(
              minus(new Set([...before].filter((x) => policy.has(x))), now),
              `step ${i + 1} closes`,
            ).toEqual([]);
        }
        const printed = new Map(groups.map((g) => [g.groupId as string, g.rules.map(ruleDocument)]));
        expect(verifyDatabase(plan, { groups: printed, members: new Map() }).violations).toEqual([]);
        const end = inForce(world);
        const isClosed =
          plan.egress?.state === "narrows" || (plan.egress?.state === "managed" && !plan.egress.held.length);
        if (isClosed) expect([...end].sort()).toEqual([...policy].sort());
        if (!isTight && plan.egress?.state === "held")
          expect(minus(before, end), "nothing is closed").toEqual([]);
        const next = again(world, c);
        // The first swap is followed by a look at egress; whatever follows that has nothing to do.
        if (plan.egress?.state === "waits") return;
        if (isClosed || (!isTight && plan.steps.length === 0)) expect(next.steps).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
    expect([...states.keys()].sort()).toEqual(
      expect.arrayContaining(["held", "held held", "managed", "narrows", "waits"]),
    );
  });
});

/** Plans once more what steps have left. */
function again(world: Tiny, c: Case): DatabaseDocument {
  const named = (id: string): string => id.replace("new-", "sg-new-");
  const groups = [...world.groups].map(([id, rules]) =>
    group(
      named(id),
      rules.map(({ rule: r, tags }) => live(contentOf(r), tags)),
      id === "sg-f" ? {} : { tags: owned },
    ),
  );
  return planOf(groups, world.attached.map(named), c);
}
