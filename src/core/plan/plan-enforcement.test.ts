import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  live,
  managedGroup,
  networkInterface,
  OPEN_EGRESS,
  rule,
  sg,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, type PlanCase, planOf } from "../../../test/fixtures/plan.ts";
import type { RuleContent, SecurityGroup } from "../inventory/model.ts";
import { originalGroups } from "../inventory/ownership.ts";
import { addressSetOfCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { sourceText } from "../rule/rule-text.ts";
import type { Step } from "./plan.ts";

const OPEN_GROUP = group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]);
const first = (over: Partial<PlanCase> = {}): PlanCase => ({
  inventory: inventory({ databases: [database("orders", ["sg-old"])], securityGroups: [OPEN_GROUP] }),
  policies: [allows("orders", ["10.0.1.10/32", "10.0.1.11/32"])],
  ...over,
});

/** A step in one line, so that a plan reads like a list. */
function line(step: Step): string {
  switch (step.action) {
    case "authorize":
    case "revoke":
      return `${step.action} ${step.group} ${step.rules.map((r) => `${r.direction === "egress" ? "egress " : ""}${sourceText(r.source)}`).join(" ")}`;
    case "setDatabaseGroups":
      return `set ${step.groups.join(" ")}`;
    case "waitUntilActive":
      return "wait";
    case "tag":
      return `tag ${step.group ?? step.database}`;
    case "createSecurityGroup":
      return `create ${step.group} ${step.name}`;
    case "deleteSecurityGroup":
      return `delete ${step.group}`;
  }
}
const lines = (c: PlanCase): string[] => onlyDatabase(planOf(c)).steps.map(line);

describe("planEnforcement", () => {
  it("puts rules in place before it attaches, and attaches before it detaches", () => {
    expect(lines(first())).toEqual([
      "create new-1 moat-orders",
      "authorize new-1 10.0.1.10/31",
      "set sg-old new-1",
      "wait",
      "set new-1",
      "wait",
    ]);
  });

  it("remembers the original groups on the managed group before anything is attached", () => {
    const [create] = onlyDatabase(planOf(first())).steps;
    expect(create?.action === "createSecurityGroup" && originalGroups(create.tags)).toEqual(["sg-old"]);
  });

  it("remembers what a group replaced although somebody took one of the group's two marks", () => {
    const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/31"), OPEN_EGRESS]);
    const { "moat:owner": _, ...tags } = managed.tags;
    const world = inventory({
      databases: [database("orders", ["sg-m"])],
      securityGroups: [OPEN_GROUP, { ...managed, tags }],
    });
    const [create] = onlyDatabase(planOf(first({ inventory: world }))).steps;
    expect(create?.action === "createSecurityGroup" && originalGroups(create.tags)).toEqual(["sg-old"]);
  });

  it("swaps in one step when every slot is taken", () => {
    const quotas = { rulesPerSecurityGroup: 60, securityGroupsPerInterface: 2, source: "default" } as const;
    const groups = [OPEN_GROUP, group("sg-two", [OPEN_EGRESS])];
    const full = inventory({
      databases: [database("orders", ["sg-old", "sg-two"])],
      securityGroups: groups,
      quotas,
    });
    expect(lines(first({ inventory: full })).slice(-2)).toEqual(["set new-1", "wait"]);
  });

  it("copies narrow egress, so that a database gains no way out", () => {
    const narrow = group("sg-old", [
      rule("0.0.0.0/0"),
      rule("10.0.0.0/8", { direction: "egress", fromPort: 443, toPort: 443 }),
    ]);
    const c = first({
      inventory: inventory({ databases: [database("orders", ["sg-old"])], securityGroups: [narrow] }),
    });
    expect(lines(c).slice(2, 4)).toEqual([
      "revoke new-1 egress 0.0.0.0/0",
      "authorize new-1 egress 10.0.0.0/8",
    ]);
  });

  it("narrows the egress of a group that a run made and died over, before it attaches it", () => {
    const narrowed = rule("10.0.0.0/8", { direction: "egress", fromPort: 443, toPort: 443 });
    const narrow = group("sg-old", [rule("0.0.0.0/0"), narrowed]);
    const left = (egress: readonly RuleContent[]): string[] =>
      lines(
        first({
          inventory: inventory({
            databases: [database("orders", ["sg-old"])],
            securityGroups: [narrow, managedGroup("sg-m", "orders", [rule("10.0.1.10/31"), ...egress])],
          }),
        }),
      );
    const attach = ["set sg-old sg-m", "wait", "set sg-m", "wait"];
    expect(left([OPEN_EGRESS])).toEqual([
      "revoke sg-m egress 0.0.0.0/0",
      "authorize sg-m egress 10.0.0.0/8",
      ...attach,
    ]);
    expect(left([])).toEqual(["authorize sg-m egress 10.0.0.0/8", ...attach]);
    expect(left([narrowed])).toEqual(attach);
  });

  it.each([
    { name: "waits for a change of groups that a dead run began", membership: "adding", refused: [] },
    { name: "refuses while something else is modified", membership: "active", refused: ["notReady"] },
  ] as const)("$name", ({ membership, refused }) => {
    const plain = database("orders", ["sg-old", "sg-m"]);
    const memberships = plain.memberships.map((m) =>
      m.groupId === "sg-m" ? { ...m, status: membership } : m,
    );
    const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/31"), OPEN_EGRESS]);
    const plan = onlyDatabase(
      planOf(
        first({
          inventory: inventory({
            databases: [{ ...plain, status: "modifying", memberships }],
            securityGroups: [OPEN_GROUP, managed],
          }),
        }),
      ),
    );
    expect(plan.refused.map((r) => r.gate)).toEqual(refused);
    expect(plan.steps.map(line)).toEqual(refused.length > 0 ? [] : ["wait", "set sg-m", "wait"]);
  });

  it("leaves a new group's egress alone where that of the old one is not known", () => {
    const silent = group("sg-old", [rule("0.0.0.0/0")], { egressUnknown: true });
    const c = first({
      inventory: inventory({ databases: [database("orders", ["sg-old"])], securityGroups: [silent] }),
    });
    expect(lines(c).some((step) => step.includes("egress"))).toBe(false);
  });

  it.each([
    { name: "nothing when live is what policy says", rules: ["10.0.1.10/31"], want: [] },
    { name: "one authorize for one new consumer", rules: [], want: ["authorize sg-m 10.0.1.10/31"] },
    {
      name: "grant before revoke when a cover changes",
      rules: ["10.0.1.10/32"],
      want: ["authorize sg-m 10.0.1.10/31", "revoke sg-m 10.0.1.10/32"],
    },
    {
      name: "only the foreign rule goes",
      rules: ["10.0.1.10/31", "203.0.113.7/32"],
      want: ["revoke sg-m 203.0.113.7/32"],
    },
  ])("plans $name", ({ rules, want }) => {
    const managed = managedGroup("sg-m", "orders", [...rules.map((r) => rule(r)), OPEN_EGRESS]);
    const world = inventory({
      databases: [database("orders", ["sg-m"])],
      securityGroups: [OPEN_GROUP, managed],
    });
    expect(
      lines(first({ inventory: world, settings: { acknowledged: { has: () => true } as never } })),
    ).toEqual(want);
  });

  it("waits for a group that an earlier run attached before it takes the moved rules out of the old one", () => {
    const old = managedGroup("sg-m", "orders", [rule("10.0.1.10/32"), rule("10.0.1.11/32"), OPEN_EGRESS]);
    const fresh = managedGroup("sg-n", "orders", [rule("10.0.1.10/31"), OPEN_EGRESS]);
    const memberships = [
      { groupId: sg("sg-m"), status: "active" },
      { groupId: sg("sg-n"), status: "adding" },
    ];
    const world = inventory({
      databases: [database("orders", [], { memberships })],
      securityGroups: [old, fresh],
    });
    const [step] = onlyDatabase(planOf(first({ inventory: world }))).steps;
    expect(step?.action).toBe("waitUntilActive");
  });

  it("lets a rule that has to move leave its group only once the other is attached", () => {
    // The quota was lowered, so that the rules of one group need two.
    const quotas = { rulesPerSecurityGroup: 2, securityGroupsPerInterface: 5, source: "default" } as const;
    const rules = ["10.0.1.10/32", "10.0.1.20/32", "10.0.1.30/32"];
    const full = managedGroup("sg-m", "orders", [...rules.map((cidr) => rule(cidr)), OPEN_EGRESS]);
    const world = inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [full], quotas });
    expect(lines({ inventory: world, policies: [allows("orders", rules)] })).toEqual([
      "create new-1 moat-orders",
      "authorize new-1 10.0.1.30/32",
      "set sg-m new-1",
      "wait",
      "revoke sg-m 10.0.1.30/32",
    ]);
  });

  it("repairs a detachment by hand", () => {
    const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/31"), OPEN_EGRESS]);
    const world = inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [OPEN_GROUP, managed],
    });
    expect(lines(first({ inventory: world }))).toEqual(["set sg-old sg-m", "wait", "set sg-m", "wait"]);
  });

  it("spreads rules over groups when one cannot hold them, and leaves those that stand where they are", () => {
    const cidrs = ["10.0.0.0/32", "10.0.0.2/32", "10.0.0.4/32", "10.0.0.6/32"];
    const managed = managedGroup("sg-m", "orders", [rule("10.0.0.4/32"), rule("10.0.0.6/32"), OPEN_EGRESS]);
    const quotas = { rulesPerSecurityGroup: 2, securityGroupsPerInterface: 5, source: "default" } as const;
    const world = inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [managed], quotas });
    expect(lines({ inventory: world, policies: [allows("orders", cidrs)] })).toEqual([
      "create new-1 moat-orders",
      "authorize new-1 10.0.0.0/32 10.0.0.2/32",
      "set sg-m new-1",
      "wait",
    ]);
  });

  it("writes nothing to an observed database but shows its rules", () => {
    const observed = inventory({
      databases: [database("orders", ["sg-old"], { tags: {} })],
      securityGroups: [OPEN_GROUP],
    });
    const plan = onlyDatabase(planOf(first({ inventory: observed })));
    expect({ steps: plan.steps, rules: plan.rules.length, mode: plan.mode, refused: plan.refused }).toEqual({
      steps: [],
      rules: 1,
      mode: "observe",
      refused: [],
    });
  });

  it("takes a misspelt mode for observe and says so", () => {
    const misspelt = inventory({
      databases: [database("orders", ["sg-old"], { tags: { "moat:mode": "enforced" } })],
      securityGroups: [OPEN_GROUP],
    });
    const plan = onlyDatabase(planOf(first({ inventory: misspelt })));
    expect([plan.mode, plan.findings.map((f) => f.code)]).toEqual([
      "observe",
      expect.arrayContaining(["MODE_UNKNOWN"]),
    ]);
  });

  it("never takes a group for its own that bears only one of the two marks", () => {
    const half = group("sg-half", [rule("10.0.1.10/31")], { tags: { "moat:owner": "moat" } });
    const world = inventory({ databases: [database("orders", ["sg-half"])], securityGroups: [half] });
    expect(lines(first({ inventory: world }))[0]).toBe("create new-1 moat-orders");
  });
});

const UNREADABLE = { code: "HISTORY_UNREADABLE", what: "It is gone", why: "No folder", fix: "Look" };

describe("gates", () => {
  const seen = (consumer: string) => ({
    database: database("orders", []).arn as string,
    consumer,
    records: 3,
    lastSeen: "2026-11-20T10:00:00Z",
  });
  const managedTen = managedGroup("sg-m", "orders", [
    ...Array.from({ length: 10 }, (_, i) => rule(`10.0.1.${i * 2}/32`)),
    OPEN_EGRESS,
  ]);
  const withManaged = inventory({
    databases: [database("orders", ["sg-m"])],
    securityGroups: [OPEN_GROUP, managedTen],
  });
  const busy = (status: string) =>
    inventory({ databases: [database("orders", ["sg-old"], { status })], securityGroups: [OPEN_GROUP] });
  const shared = inventory({
    databases: [database("orders", ["sg-old"]), database("users", ["sg-users"], { tags: {} })],
    securityGroups: [OPEN_GROUP, group("sg-users", [rule("sg-old")])],
  });
  const tiny = { rulesPerSecurityGroup: 1, securityGroupsPerInterface: 1, source: "default" } as const;

  it.each([
    { gate: "noPolicyObject", c: first({ policies: [allows("orders", ["10.0.1.10/32"], { matched: [] })] }) },
    { gate: "emptyPolicy", c: first({ policies: [allows("orders", [])] }) },
    { gate: "incompletePolicy", c: first({ complete: false }) },
    { gate: "shrink", c: { inventory: withManaged, policies: [allows("orders", ["10.0.1.0/32"])] } },
    { gate: "losesAccess", c: first({ observed: [seen("10.9.9.9"), seen("10.0.1.10")] }) },
    {
      gate: "quota",
      c: first({
        inventory: inventory({
          databases: [database("orders", ["sg-old"])],
          securityGroups: [OPEN_GROUP],
          quotas: tiny,
        }),
        policies: [allows("orders", ["10.0.0.1/32", "10.0.0.4/32"])],
      }),
    },
    { gate: "unreadHistory", c: first({ historyProblem: UNREADABLE }) },
    { gate: "sharedGroup", c: first({ inventory: shared }) },
    { gate: "notReady", c: first({ inventory: busy("stopped") }) },
    {
      gate: "notReady",
      c: first({ inventory: inventory({ databases: [database("orders", ["sg-gone"])] }) }),
    },
  ])("$gate refuses, shows the rules and plans no step", ({ gate, c }) => {
    const [plan] = planOf(c).databases;
    expect({ gates: plan?.refused.map((r) => r.gate), steps: plan?.steps }).toEqual({
      gates: [gate],
      steps: [],
    });
  });

  it("lets an acknowledged refusal pass, and only in the circumstances it was given for", () => {
    const refused = onlyDatabase(planOf(first({ observed: [seen("10.9.9.9")] }))).refused[0];
    const acknowledged = new Set([refused?.acknowledge ?? ""]);
    const same = onlyDatabase(planOf(first({ observed: [seen("10.9.9.9")], settings: { acknowledged } })));
    const other = onlyDatabase(
      planOf(first({ observed: [seen("10.9.9.9"), seen("10.9.9.8")], settings: { acknowledged } })),
    );
    expect([same.refused, same.steps.length > 0, other.refused.length]).toEqual([[], true, 1]);
  });

  it("takes a policy that grants others instead of all who were granted for a broken answer", () => {
    const others = { inventory: withManaged, policies: [allows("orders", ["10.0.2.0/28"])] };
    expect(onlyDatabase(planOf(others)).refused.map((r) => r.gate)).toEqual(["shrink"]);
  });

  it("does not take the removal of a rule added by hand for a shrinking policy", () => {
    const tampered = managedGroup("sg-m", "orders", [rule("10.0.1.10/31"), OPEN_EGRESS]);
    const byHand = { ...tampered, rules: [...tampered.rules, live(rule("0.0.0.0/0"))] };
    const world = inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [byHand] });
    expect(lines(first({ inventory: world }))).toEqual(["revoke sg-m 0.0.0.0/0"]);
  });

  it("repairs a rule added by hand although somebody has come in by it, and still tells who", () => {
    const clean = managedGroup("sg-m", "orders", [rule("10.0.1.10/31"), OPEN_EGRESS]);
    const byHand = { ...clean, rules: [...clean.rules, live(rule("0.0.0.0/0"))] };
    const world = inventory({ databases: [database("orders", ["sg-m"])], securityGroups: [byHand] });
    const plan = onlyDatabase(planOf(first({ inventory: world, observed: [seen("10.9.9.9")] })));
    expect([plan.steps.map(line), plan.losesAccess.map((l) => l.consumer)]).toEqual([
      ["revoke sg-m 0.0.0.0/0"],
      ["10.9.9.9"],
    ]);
  });

  it("counts nobody as losing access who is not admitted now", () => {
    const closed = inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [group("sg-old", [rule("10.0.1.0/24"), OPEN_EGRESS])],
    });
    expect(
      onlyDatabase(planOf(first({ inventory: closed, observed: [seen("10.9.9.9")] }))).losesAccess,
    ).toEqual([]);
  });

  it("counts a consumer that a group reference may admit, although no interface of it is known", () => {
    const byGroup = inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [group("sg-old", [rule("sg-apps"), OPEN_EGRESS]), group("sg-apps")],
    });
    const plan = onlyDatabase(planOf(first({ inventory: byGroup, observed: [seen("10.9.9.9")] })));
    expect(plan.losesAccess.map((l) => l.consumer)).toEqual(["10.9.9.9"]);
  });

  it.each([
    {
      name: "lingers where the session is tracked",
      rules: [rule("10.0.0.0/8"), OPEN_EGRESS],
      want: "lingers",
    },
    { name: "is cut where it is not", rules: [rule("0.0.0.0/0"), OPEN_EGRESS], want: "cut" },
    { name: "lingers where egress is narrow", rules: [rule("0.0.0.0/0")], want: "lingers" },
    { name: "lingers behind a group reference", rules: [rule("sg-apps"), OPEN_EGRESS], want: "lingers" },
  ])("says that a session $name", ({ rules, want }) => {
    const world = inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [group("sg-old", rules), group("sg-apps")],
      networkInterfaces: [networkInterface("eni-1", ["10.9.9.9"], ["sg-apps"])],
    });
    expect(
      onlyDatabase(planOf(first({ inventory: world, observed: [seen("10.9.9.9")] }))).losesAccess.map(
        (l) => l.connection,
      ),
    ).toEqual([want]);
  });
});

describe("slack", () => {
  const quotas = { rulesPerSecurityGroup: 1, securityGroupsPerInterface: 2, source: "default" } as const;
  const scattered = ["10.0.0.0/32", "10.0.0.2/32", "10.0.9.0/32"];
  const crowded = (neighbour: string): PlanCase => ({
    inventory: inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [OPEN_GROUP, group("sg-apps")],
      networkInterfaces: [networkInterface("eni-1", [neighbour], ["sg-apps"])],
      quotas,
    }),
    policies: [allows("orders", scattered)],
  });

  it("is never taken without the owner's leave, and the refusal says its price", () => {
    const [refused] = onlyDatabase(planOf(crowded("10.7.7.7"))).refused;
    expect([refused?.gate, refused?.why]).toEqual([
      "quota",
      expect.stringMatching(/^To cover 3 addresses with 2 IPv4 rules would let in 2 addresses/),
    ]);
  });

  it("is the least that fits, and is listed", () => {
    const plan = onlyDatabase(planOf({ ...crowded("10.7.7.7"), settings: { slack: { maxAddresses: 8n } } }));
    expect(plan.rules.map((r) => sourceText(r.source))).toEqual(["10.0.0.0/30", "10.0.9.0/32"]);
    expect([plan.slack, plan.refused]).toEqual([[{ cidr: "10.0.0.0/30", addresses: 2n }], []]);
  });

  it("never lets in an address that is known to be somebody else's", () => {
    const plan = onlyDatabase(planOf({ ...crowded("10.0.0.1"), settings: { slack: { maxAddresses: 8n } } }));
    expect([plan.refused.map((r) => r.gate), plan.refused[0]?.why]).toEqual([
      ["quota"],
      expect.stringMatching(
        /^No 2 IPv4 rules cover .* somebody known; the fewest that could are 3, and would let/,
      ),
    ]);
  });

  it("never lets in an address that an override deny names", () => {
    const denying = allows("orders", scattered, {
      overrideDenied: addressSetOfCidrs(["10.0.0.1/32" as Cidr]),
    });
    const world = { ...crowded("10.7.7.7"), policies: [denying], settings: { slack: { maxAddresses: 8n } } };
    const plan = onlyDatabase(planOf(world));
    expect([plan.refused.map((r) => r.gate), plan.slack]).toEqual([["quota"], []]);
  });
});

describe("a rule that stands in two managed groups", () => {
  const cidrs = ["10.0.0.1/32", "10.0.0.3/32", "10.0.0.5/32"];
  const [one = "", two = "", three = ""] = cidrs;
  const seen = (attached: readonly string[], policy = cidrs): PlanCase => {
    const world = inventory({
      databases: [database("orders", attached)],
      securityGroups: [
        OPEN_GROUP,
        managedGroup("sg-a", "orders", [rule(one), rule(two), OPEN_EGRESS]),
        managedGroup("sg-b", "orders", [rule(two), rule(three), OPEN_EGRESS]),
      ],
    });
    const quotas = { ...world.quotas, rulesPerSecurityGroup: 2, securityGroupsPerInterface: 2 };
    return {
      inventory: { ...world, quotas },
      policies: [allows("orders", policy)],
      settings: { shrinkPercent: 50 },
    };
  };

  it("stays in both, and is nothing to do", () => {
    const plan = onlyDatabase(planOf(seen(["sg-a", "sg-b"])));
    expect([plan.steps, plan.inSync, plan.drift]).toEqual([[], true, []]);
  });

  it("is left alone by each of two runs, whichever group each of them saw attached", () => {
    const views = [["sg-a"], ["sg-b"], ["sg-a", "sg-b"], ["sg-b", "sg-a"], ["sg-old", "sg-b"]];
    const taken = views.flatMap((view) => lines(seen(view)).filter((l) => /^(revoke|delete)/.test(l)));
    expect(taken).toEqual([]);
  });

  it("goes from both when policy withdraws it", () => {
    expect(lines(seen(["sg-a", "sg-b"], [one, three]))).toEqual([
      "revoke sg-a 10.0.0.3/32",
      "revoke sg-b 10.0.0.3/32",
    ]);
  });

  it("gives its room to another rule only when no group can be added", () => {
    const plan = onlyDatabase(planOf(seen(["sg-a", "sg-b"], [...cidrs, "10.0.0.7/32"])));
    const last = plan.steps.findLast((s) => s.action === "setDatabaseGroups");
    expect([plan.refused, last?.action === "setDatabaseGroups" && last.groups.length]).toEqual([[], 2]);
  });
});

describe("a group that was deleted before RDS had put it on an interface", () => {
  const managed = managedGroup("sg-m", "orders", [rule("10.0.1.10/32"), OPEN_EGRESS]);
  const policies = [allows("orders", ["10.0.1.10/32"])];
  const world = (
    carried: readonly string[],
    onInterface: readonly string[],
    groups: readonly SecurityGroup[],
    over: Parameters<typeof database>[2] = {},
  ): PlanCase => ({
    inventory: inventory({
      databases: [database("orders", carried, over)],
      securityGroups: groups,
      networkInterfaces: [networkInterface("eni-1", ["10.0.9.4"], onInterface)],
    }),
    policies,
  });

  it("is taken off the list, and said", () => {
    const c = world(["sg-m", "sg-gone"], ["sg-m"], [managed]);
    expect(lines(c)).toEqual(["set sg-m", "wait"]);
    expect(onlyDatabase(planOf(c)).findings.map((f) => f.code)).toContain("GROUP_GONE");
  });

  it("is named by no list, and not remembered as one that was there before", () => {
    const c = world(["sg-old", "sg-gone"], ["sg-old"], [OPEN_GROUP]);
    expect(lines(c).slice(-4)).toEqual(["set sg-old new-1", "wait", "set new-1", "wait"]);
    const created = onlyDatabase(planOf(c)).steps[0];
    expect(created?.action === "createSecurityGroup" && created.tags["moat:original-groups"]).toBe("sg-old");
  });

  it.each([
    { name: "an interface carries it", c: world(["sg-m", "sg-gone"], ["sg-m", "sg-gone"], [managed]) },
    { name: "no interface shows the other groups", c: world(["sg-m", "sg-gone"], ["sg-x"], [managed]) },
    { name: "no group can be read", c: world(["sg-gone"], [], []) },
    {
      name: "RDS is still at work",
      c: world(["sg-m", "sg-gone"], ["sg-m"], [managed], { status: "modifying" }),
    },
    {
      name: "RDS is still adding it",
      c: world(["sg-m"], ["sg-m"], [managed], {
        memberships: [
          { groupId: sg("sg-m"), status: "active" },
          { groupId: sg("sg-gone"), status: "adding" },
        ],
      }),
    },
  ])("is not taken for one where $name", ({ c }) => {
    expect(onlyDatabase(planOf(c)).refused.map((r) => r.gate)).toContain("notReady");
  });
});
