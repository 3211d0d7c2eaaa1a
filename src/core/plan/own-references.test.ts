import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  group,
  inventory,
  live,
  networkInterface,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, type PlanCase, planOf } from "../../../test/fixtures/plan.ts";
import { holdRevocations } from "../guard/hold-revocations.ts";
import type { RuleContent } from "../inventory/model.ts";
import type { Cidr } from "../net/cidr.ts";
import { membersKey } from "../rule/reference-members.ts";
import { grantTags } from "../rule/rule-marks.ts";
import { sourceText } from "../rule/rule-text.ts";
import type { PlanSettings } from "./world.ts";

const WEB = ["10.0.0.1/32", "10.0.0.4/32", "10.0.0.9/32"];
const OTHERS = ["10.0.1.0/32", "10.0.1.4/32", "10.0.1.8/32", "10.0.1.12/32", "10.0.1.16/32", "10.0.1.20/32"];
const EXACT: Partial<PlanSettings> = { groupReferences: "exact" };

interface World {
  readonly allowed?: readonly string[];
  /** Addresses of the interfaces that carry sg-web now. */
  readonly members?: readonly string[];
  /** Peers of the rules that stand in the managed group; absent: there is none yet. */
  readonly standing?: readonly string[];
  /** Who carried sg-web when the database was last in order. */
  readonly remembered?: readonly string[];
  readonly settings?: Partial<PlanSettings>;
  readonly over?: Partial<PlanCase>;
}

const owned = (contents: readonly RuleContent[]) => contents.map((r) => live(r, grantTags("moat", contents)));

function plan({ allowed = WEB, members = WEB, standing, remembered, settings = EXACT, over }: World = {}) {
  const managed = group("sg-m", [...owned((standing ?? []).map((s) => rule(s))), live(OPEN_EGRESS)], {
    tags: { "moat:owner": "moat", "moat:database": arnOf("orders"), "moat:original-groups": "sg-old" },
  });
  const interfaces = members.map((cidr, i) =>
    networkInterface(`eni-${i}`, [cidr.replace(/\/\d+$/, "")], ["sg-web"], { sourceDestCheck: true }),
  );
  return onlyDatabase(
    planOf({
      inventory: inventory({
        interfacesListed: true,
        databases: [database("orders", [standing === undefined ? "sg-old" : "sg-m"])],
        securityGroups: [
          group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]),
          group("sg-web"),
          ...(standing === undefined ? [] : [managed]),
        ],
        networkInterfaces: interfaces,
      }),
      policies: [allows("orders", allowed)],
      settings,
      ...(remembered === undefined
        ? {}
        : {
            remembered: new Map([
              [
                arnOf("orders"),
                {
                  managedGroups: ["sg-m"],
                  ruleKeys: new Set([membersKey({ groupId: "sg-web", cidrs: remembered as Cidr[] })]),
                },
              ],
            ]),
          }),
      ...over,
    }),
  );
}

const sources = (d: ReturnType<typeof plan>) => d.rules.map((r) => sourceText(r.source));
const changes = (d: ReturnType<typeof plan>) =>
  d.steps.flatMap((s) =>
    s.action === "authorize" || s.action === "revoke"
      ? s.rules
          .filter((r) => r.direction === "ingress")
          .map((r) => `${s.action} ${sourceText(r.source)}${"was" in r ? ` (${r.was})` : ""}`)
      : [],
  );
const gates = (d: ReturnType<typeof plan>) => d.refused.map((r) => r.gate);
const codes = (d: ReturnType<typeof plan>) => d.findings.map((f) => f.code);
const STRANGERS = Array.from({ length: 9 }, (_, i) => `10.0.9.${i * 2}/32`);

describe("references that policy's rules make", () => {
  it("are off unless the owner turns them on", () => {
    expect(sources(plan({ settings: {} }))).toEqual(WEB);
    expect(sources(plan({ settings: { groupReferences: "off" } }))).toEqual(WEB);
  });

  it("take the place of the members' addresses, with every reason of theirs", () => {
    const found = plan({ allowed: [...WEB, "10.0.7.0/24"] });
    expect(sources(found)).toEqual(["sg-web", "10.0.7.0/24"]);
    expect(found.rules[0]?.standsFor).toEqual(WEB);
    expect(found.rules[0]?.because.map((b) => b.workload)).toEqual(
      WEB.map((cidr) => `/orgs/1/workloads/${cidr}`),
    );
    expect(changes(found)).toEqual(["authorize sg-web", "authorize 10.0.7.0/24"]);
    expect(codes(found)).toContain("GROUP_REFERENCE");
    expect(found.members).toEqual([{ groupId: "sg-web", cidrs: WEB }]);
  });

  it("are in order where they stand, and change nothing", () => {
    const found = plan({ standing: ["sg-web"] });
    expect([found.steps, found.refused, found.inSync]).toEqual([[], [], true]);
  });

  it("stand before the addresses go that they replace, and the other way round", () => {
    expect(changes(plan({ standing: WEB }))).toEqual([
      "authorize sg-web",
      ...WEB.map((cidr) => `revoke ${cidr} (granted)`),
    ]);
    expect(changes(plan({ standing: ["sg-web"], settings: {} }))).toEqual([
      ...WEB.map((cidr) => `authorize ${cidr}`),
      "revoke sg-web (granted)",
    ]);
  });

  it("give way to addresses when a member leaves: whoever policy grants is let in by address", () => {
    const found = plan({ standing: ["sg-web"], members: WEB.slice(0, 2) });
    expect(changes(found)).toEqual(["authorize 10.0.0.9/32"]);
  });

  it("are not made where a rule of the other family has no room for them", () => {
    const quotas = { rulesPerSecurityGroup: 2, securityGroupsPerInterface: 1, source: "default" } as const;
    const six = ["2001:db8::1/128", "2001:db8::4/128"];
    const from = (allowed: readonly string[]) => {
      const over = {
        inventory: inventory({
          interfacesListed: true,
          databases: [database("orders", ["sg-old"])],
          securityGroups: [group("sg-old", [OPEN_EGRESS]), group("sg-web")],
          networkInterfaces: WEB.slice(0, 2).map((cidr, i) =>
            networkInterface(`eni-${i}`, [cidr.slice(0, -3)], ["sg-web"], { sourceDestCheck: true }),
          ),
          quotas,
        }),
      };
      return sources(plan({ allowed, over }));
    };
    expect(from([...WEB.slice(0, 2), ...six])).toEqual([...WEB.slice(0, 2), ...six]);
    expect(from([...WEB.slice(0, 2), "2001:db8::1/128"])).toEqual(["sg-web", "2001:db8::1/128"]);
  });

  it("make a plan another one when somebody joins or leaves", () => {
    const basis = (members: readonly string[]) => plan({ allowed: [...WEB, ...OTHERS], members }).basis;
    expect(basis(WEB)).not.toBe(basis([...WEB, "10.0.1.0/32"]));
    expect(basis(WEB)).toBe(basis([...WEB].reverse()));
  });
});

describe("a group that a rule names, and that others join", () => {
  const joined = { standing: ["sg-web"], members: [...WEB, ...STRANGERS] };
  const seen = { over: { observed: [{ database: arnOf("orders"), consumer: "10.0.9.4", records: 3 }] } };

  it("loses its rule at once where somebody kept watch, addresses first, and is told as drift", () => {
    const found = plan({ ...joined, remembered: WEB, ...seen });
    expect(gates(found)).toEqual([]);
    expect(changes(found)).toEqual([...WEB.map((cidr) => `authorize ${cidr}`), "revoke sg-web (widened)"]);
    expect(found.drift.map(({ kind, letsIn }) => [kind, letsIn])).toEqual([["memberJoined", "9"]]);
    expect(codes(found)).toContain("REFERENCE_WIDENED");
    const whole = { policy: { source: "pce", version: "7" }, databases: [found], findings: [] } as const;
    const held = holdRevocations(whole, new Map(), { readAt: 0, apartMs: 60_000 });
    expect(held.plan.databases[0]?.steps).toEqual(found.steps);
  });

  it("waits for a person's word where nobody remembers who carried it", () => {
    expect(gates(plan(joined))).toEqual(["shrink"]);
    expect(gates(plan({ ...joined, members: [...WEB, "10.0.9.4/32"], ...seen }))).toEqual(["losesAccess"]);
  });

  it("brakes when policy itself grants less to those who carried it before", () => {
    const found = plan({ standing: ["sg-web"], remembered: WEB, allowed: WEB.slice(0, 1) });
    expect(gates(found)).toEqual(["shrink"]);
    const some = plan({
      allowed: [...WEB.slice(1), ...OTHERS],
      standing: ["sg-web", ...OTHERS],
      remembered: WEB,
    });
    expect(changes(some).filter((c) => c.startsWith("revoke"))).toEqual(["revoke sg-web (granted)"]);
    const whole = { policy: { source: "pce", version: "7" }, databases: [some], findings: [] } as const;
    const held = holdRevocations(whole, new Map(), { readAt: 0, apartMs: 60_000 });
    expect(held.plan.databases[0]?.steps.map((s) => s.action)).toEqual(["authorize"]);
  });

  it("is no widening when policy grants the newcomer", () => {
    const found = plan({ ...joined, allowed: [...WEB, ...STRANGERS], remembered: WEB });
    expect([found.steps, found.drift, found.inSync]).toEqual([[], [], true]);
  });
});

describe("who was seen long ago", () => {
  it("does not stop a database behind a reference whose members are all known", () => {
    const observed = [{ database: arnOf("orders"), consumer: "10.0.50.1", records: 3 }];
    expect(plan({ standing: ["sg-web"], over: { observed } }).inSync).toBe(true);
  });
});
