import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  group,
  inventory,
  live,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, SETTINGS } from "../../../test/fixtures/plan.ts";
import { holdRevocations } from "../guard/hold-revocations.ts";
import type { RuleContent, SecurityGroupRule } from "../inventory/model.ts";
import { addressSetOfCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { canonicalDestinations } from "../net/destinations.ts";
import { EGRESS_MARK } from "../rule/outbound-rules.ts";
import { grantTags } from "../rule/rule-marks.ts";
import type { ObservedDestination } from "./observed-destinations.ts";
import type { DatabasePlan, Plan } from "./plan.ts";
import { type PlanInput, planEnforcement } from "./plan-enforcement.ts";
import type { PlanSettings } from "./world.ts";

const ARN = arnOf("orders");
const out = (cidr: string, port: number): RuleContent =>
  rule(cidr, { direction: "egress", fromPort: port, toPort: port });

interface Case {
  /** `10.0.3.10/32 25`, one a destination. */
  readonly policy?: readonly string[];
  readonly egress: readonly RuleContent[];
  /** Those of the egress that policy granted; with it the mark. */
  readonly settled?: readonly RuleContent[];
  readonly seen?: readonly Partial<ObservedDestination>[] | "nothing" | undefined;
  readonly ingress?: string;
  readonly input?: Partial<PlanInput>;
  readonly incomplete?: boolean;
  readonly settings?: Partial<PlanSettings>;
  readonly limit?: number;
}

function planOf(c: Case): Plan {
  const granted = (c.settled ?? []).map((r) => live(r, grantTags("moat", [r])));
  const mark = c.settled === undefined ? [] : [live(EGRESS_MARK, grantTags("moat", [EGRESS_MARK]))];
  const client = c.ingress ?? "10.0.1.10/32";
  const ingress = live(rule(client), grantTags("moat", [rule(client)]));
  const allowed = (c.policy ?? []).map((text) => {
    const [cidr, port] = text.split(" ");
    return {
      protocol: "tcp",
      from: Number(port),
      to: Number(port),
      addresses: addressSetOfCidrs([cidr as Cidr]),
    };
  });
  const unread = { code: "TEST", what: "this part", why: "it cannot be read", fix: "mend it" };
  const { matched } = allows("orders", []);
  const seen = c.seen === "nothing" ? [] : (c.seen ?? []);
  return planEnforcement({
    inventory: inventory({
      databases: [database("orders", ["sg-m"])],
      securityGroups: [
        group(
          "sg-m",
          [
            ingress,
            ...c.egress.map((r) => ("tags" in r ? (r as SecurityGroupRule) : live(r))),
            ...granted,
            ...mark,
          ],
          {
            tags: managedGroup("sg-m", "orders", []).tags,
          },
        ),
      ],
      quotas: { rulesPerSecurityGroup: c.limit ?? 60, securityGroupsPerInterface: 1, source: "default" },
    }),
    policy: { source: "pce", version: "1", complete: true, problems: [] },
    resolution: { databases: new Map([[ARN, allows("orders", [client])]]), findings: [] },
    settings: { ...SETTINGS, egress: { default: "managed", databases: {} }, ...c.settings },
    observed: c.seen === undefined ? undefined : [{ database: ARN, consumer: "10.0.1.10", records: 1 }],
    destinations: seen.map((one) => ({
      database: ARN,
      destination: "10.0.3.10",
      protocol: "tcp",
      port: 25,
      records: 3,
      ...one,
    })),
    outbound: new Map([
      [
        ARN,
        {
          arn: ARN,
          matched,
          allowed: canonicalDestinations(allowed),
          reasonsFor: () => [],
          incomplete: c.incomplete === true ? [unread] : [],
          findings: [],
        },
      ],
    ]),
    labelsOf: () => ({}),
    ...c.input,
  });
}

const gates = (plan: DatabasePlan): readonly string[] => plan.egress?.held.map(({ gate }) => gate) ?? [];

const lines = (plan: DatabasePlan): readonly string[] =>
  plan.steps.map((step) =>
    step.action === "authorize" || step.action === "revoke"
      ? `${step.action} ${step.rules.map((r) => `${r.direction} ${r.source.kind === "cidr" ? r.source.cidr : ""}`).join(", ")}`
      : step.action,
  );

describe("the egress of a database that carries Moat's groups", () => {
  it("comes to what policy says: first what opens, then what closes, and the mark last", () => {
    const plan = onlyDatabase(planOf({ policy: ["10.0.3.10/32 25"], egress: [OPEN_EGRESS], seen: [{}] }));
    expect(plan.egress?.state).toBe("narrows");
    expect(lines(plan)).toEqual([
      "authorize egress 10.0.3.10/32",
      "revoke egress 0.0.0.0/0",
      "authorize egress 255.255.255.255/32",
    ]);
  });

  it.each<Case & { name: string; want: readonly string[] }>([
    { name: "no flow log tells of it", egress: [OPEN_EGRESS], want: ["egressUnseen"] },
    { name: "it was seen opening something else", egress: [OPEN_EGRESS], seen: [{}], want: ["egressLoses"] },
    {
      name: "it was seen on another port than policy allows",
      policy: ["10.0.3.10/32 587"],
      egress: [OPEN_EGRESS],
      seen: [{}],
      want: ["egressLoses"],
    },
    {
      name: "policy cannot be read in full",
      egress: [OPEN_EGRESS],
      seen: "nothing",
      incomplete: true,
      want: ["egressIncomplete"],
    },
    {
      name: "its sessions are untracked",
      egress: [OPEN_EGRESS],
      seen: "nothing",
      ingress: "0.0.0.0/0",
      want: ["egressUntracked"],
    },
    {
      name: "there is no room",
      policy: ["10.0.3.1/32 25", "10.0.3.5/32 25"],
      egress: [OPEN_EGRESS],
      seen: "nothing",
      limit: 2,
      want: ["egressQuota"],
    },
    {
      name: "policy lets go of most of what it granted",
      policy: ["10.0.3.10/32 25"],
      egress: [],
      settled: [out("10.0.3.10/32", 25), out("10.0.3.12/32", 25)],
      want: ["egressShrink"],
    },
  ])("is not closed while $name", ({ want, ...c }) => {
    const plan = onlyDatabase(planOf(c));
    expect(gates(plan)).toEqual(want);
    expect(plan.refused).toEqual([]);
    expect(lines(plan).filter((line) => line.startsWith("revoke"))).toEqual([]);
    const tokens = plan.egress?.held.flatMap((r) => r.acknowledge ?? []) ?? [];
    const agreed = onlyDatabase(planOf({ ...c, settings: { acknowledged: new Set(tokens) } }));
    expect(gates(agreed)).toEqual(want.filter((gate) => gate === "egressQuota"));
    expect(lines(agreed).some((line) => line.startsWith("revoke"))).toBe(!want.includes("egressQuota"));
  });

  it.each([
    {
      name: "link-local services, which groups do not filter",
      seen: [{ destination: "169.254.169.123", protocol: "udp", port: 123 }],
    },
    {
      name: "what is closed already",
      seen: [{ destination: "203.0.113.9" }],
      egress: [out("10.0.3.10/32", 25)],
    },
  ])("counts as seen not $name", ({ seen, egress = [OPEN_EGRESS] }) => {
    expect(gates(onlyDatabase(planOf({ egress, seen })))).toEqual([]);
  });

  it("opens what policy allows while it is held, and nothing that is open anyway", () => {
    const policy = ["10.0.3.10/32 25"];
    const narrow = onlyDatabase(planOf({ policy, egress: [out("10.0.9.0/24", 443)] }));
    expect([narrow.egress?.state, lines(narrow)]).toEqual(["held", ["authorize egress 10.0.3.10/32"]]);
    expect(lines(onlyDatabase(planOf({ policy, egress: [OPEN_EGRESS] })))).toEqual([]);
  });

  it("takes a rule by hand for what was found before the mark stands, and for an edit after", () => {
    const before = onlyDatabase(planOf({ egress: [out("10.0.9.0/24", 443)], seen: "nothing" }));
    const after = onlyDatabase(planOf({ egress: [out("10.0.9.0/24", 443)], settled: [] }));
    const was = ({ steps }: DatabasePlan) =>
      steps.flatMap((s) => (s.action === "revoke" ? s.rules.map((r) => r.was) : []));
    expect([was(before), before.drift.length]).toEqual([["found"], 0]);
    expect([was(after), after.drift.map((d) => d.kind)]).toEqual([["added"], ["ruleAdded"]]);
  });

  it("waits for a second answer before it closes what was found, and makes no mark until then", () => {
    const plan = planOf({ policy: ["10.0.3.10/32 25"], egress: [OPEN_EGRESS], seen: [{}] });
    const held = holdRevocations(plan, new Map(), { readAt: 0, apartMs: 1_000 });
    expect(lines(onlyDatabase(held.plan))).toEqual(["authorize egress 10.0.3.10/32"]);
    const second = holdRevocations(plan, held.withdrawals, { readAt: 1_000, apartMs: 1_000 });
    expect(lines(onlyDatabase(second.plan))).toHaveLength(3);
  });

  it("leaves alone what RDS made for itself", () => {
    const made = live(out("10.0.9.0/24", 443));
    const id = made.securityGroupRuleId ?? "";
    const plan = onlyDatabase(
      planOf({ egress: [made], settled: [], settings: { ruleMakers: new Map([[id, "rds"]]) } }),
    );
    expect(lines(plan).filter((line) => line.startsWith("revoke"))).toEqual([]);
  });

  it("is left as it is for a database that is left out", () => {
    const settings = { egress: { default: "managed", databases: { orders: "leave" } } } as const;
    const plan = onlyDatabase(planOf({ egress: [OPEN_EGRESS], seen: "nothing", settings }));
    expect([plan.egress, lines(plan)]).toEqual([undefined, []]);
  });

  it("says that policy opens everything", () => {
    const plan = onlyDatabase(
      planOf({
        egress: [OPEN_EGRESS],
        seen: "nothing",
        input: {
          outbound: new Map([
            [
              ARN,
              {
                arn: ARN,
                matched: allows("orders", []).matched,
                allowed: [
                  {
                    protocol: "-1",
                    from: 0,
                    to: 65_535,
                    addresses: addressSetOfCidrs(["0.0.0.0/0" as Cidr]),
                  },
                ],
                reasonsFor: () => [],
                incomplete: [],
                findings: [],
              },
            ],
          ]),
        },
      }),
    );
    expect(plan.findings.map(({ code }) => code)).toContain("EGRESS_TO_EVERY_ADDRESS");
  });
});
