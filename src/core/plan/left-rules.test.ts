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
import { allows, onlyDatabase, type PlanCase, planOf, SETTINGS } from "../../../test/fixtures/plan.ts";
import type { RuleMaker } from "../drift/rule-makers.ts";
import type { SecurityGroup, SecurityGroupRule, Tags } from "../inventory/model.ts";
import { grantTags } from "../rule/rule-marks.ts";
import { forgetLeftRules, LEFT_RULES_TAGS, leftRules, rememberLeftRules } from "./left-rules.ts";
import type { DatabasePlan, Step } from "./plan.ts";
import { planRollback } from "./plan-rollback.ts";
import { planningWorld } from "./world.ts";

const own = (cidr: string): SecurityGroupRule => live(rule(cidr), grantTags("moat", [rule(cidr)]));
const OWN = own("10.0.1.10/32");
const BY_RDS = live(rule("10.9.9.9/32"));
const id = (r: SecurityGroupRule): string => r.securityGroupRuleId ?? "";

const moats = (rules: readonly SecurityGroupRule[], tags: Tags = {}): SecurityGroup => {
  const bare = managedGroup("sg-m", "orders", []);
  return { ...bare, rules: [...rules, live(OPEN_EGRESS)], tags: { ...bare.tags, ...tags } };
};
const told = (...makers: readonly (readonly [SecurityGroupRule, RuleMaker])[]) => ({
  owner: "moat",
  ruleMakers: new Map(makers.map(([r, maker]) => [id(r), maker])),
});
const tagsOf = (steps: readonly Step[]): Tags => {
  const [step] = steps;
  return step?.action === "tag" ? step.tags : {};
};
const remembered = (...rules: readonly SecurityGroupRule[]): Tags =>
  tagsOf(rememberLeftRules(moats(rules), rules));
const left = (settings: Parameters<typeof leftRules>[0], g: SecurityGroup) =>
  leftRules(settings, g).map((r) => id(r));

describe("rules that are left because RDS made them", () => {
  const MEMORY = remembered(BY_RDS);
  const edited = { ...BY_RDS, ...rule("0.0.0.0/0") };

  it.each<{ name: string; r: SecurityGroupRule; maker?: RuleMaker; tags?: Tags; want: boolean }>([
    { name: "one that nobody knows", r: BY_RDS, want: false },
    { name: "one that the trail says RDS made", r: BY_RDS, maker: "rds", want: true },
    { name: "one that a person made", r: BY_RDS, maker: "other", want: false },
    { name: "one that the group remembers", r: BY_RDS, tags: MEMORY, want: true },
    { name: "one that was edited since, as its content tells", r: edited, tags: MEMORY, want: false },
    {
      name: "one that was edited, whose edit is not told yet",
      r: edited,
      maker: "rds",
      tags: MEMORY,
      want: false,
    },
    { name: "one that RDS itself edited", r: edited, maker: "rdsEdited", tags: MEMORY, want: true },
    { name: "one that a forged memory names", r: BY_RDS, maker: "other", tags: MEMORY, want: false },
    {
      name: "one whose entry cannot be read",
      r: BY_RDS,
      tags: { "moat:left-rules": `${id(BY_RDS)}:12` },
      want: false,
    },
    { name: "one of Moat's own", r: OWN, maker: "rds", want: false },
  ])("$name: $want", ({ r, maker, tags, want }) => {
    const settings = maker === undefined ? { owner: "moat" } : told([r, maker]);
    expect(left(settings, moats([r], tags))).toEqual(want ? [id(r)] : []);
  });

  it("are written down once, and again when RDS changed one", () => {
    expect(MEMORY).toEqual({ "moat:left-rules": expect.stringMatching(/^sgr-[0-9a-f]{17}:[0-9a-f]{16}$/) });
    expect(rememberLeftRules(moats([BY_RDS], MEMORY), [BY_RDS])).toEqual([]);
    const again = tagsOf(rememberLeftRules(moats([edited], MEMORY), [edited]));
    expect(left({ owner: "moat" }, moats([edited], again))).toEqual([id(edited)]);
    expect(left({ owner: "moat" }, moats([BY_RDS], again))).toEqual([]);
  });

  it("are not forgotten by a read that does not show them", () => {
    const next = live(rule("10.9.9.8/32"));
    expect(rememberLeftRules(moats([], MEMORY), [])).toEqual([]);
    const tags = tagsOf(rememberLeftRules(moats([next], MEMORY), [next]));
    expect(left({ owner: "moat" }, moats([next, BY_RDS], tags))).toEqual([id(next), id(BY_RDS)]);
  });

  it("fill four tags with what EC2 takes, and then say that there are more", () => {
    const rules = Array.from({ length: 25 }, (_, i) => live(rule(`10.8.0.${i}/32`)));
    const whole = remembered(...rules.slice(0, 24));
    expect(Object.keys(whole)).toEqual(LEFT_RULES_TAGS);
    const full = remembered(...rules);
    for (const value of [...Object.values(whole), ...Object.values(full)])
      expect(value).toMatch(/^[\w :-]{1,256}$/);
    const stranger = live(rule("10.7.0.1/32"));
    expect(left({ owner: "moat" }, moats([...rules.slice(0, 24), stranger], whole))).toHaveLength(24);
    // Which of the two is RDS's nobody can tell, so both stay; the trail may still name who made one.
    const both = moats([...rules, stranger], full);
    expect(left({ owner: "moat" }, both)).toHaveLength(26);
    expect(left(told([stranger, "other"]), both)).not.toContain(id(stranger));
    expect(rememberLeftRules(both, leftRules({ owner: "moat" }, both))).toEqual([]);
    // Once they fit again, all are known by name, and strangers are strangers.
    const fewer = moats(rules.slice(2), full);
    const tags = tagsOf(rememberLeftRules(fewer, leftRules({ owner: "moat" }, fewer)));
    expect(left({ owner: "moat" }, moats([...rules.slice(2), stranger], tags))).toHaveLength(23);
  });

  it("leave no old entry behind where they need fewer tags", () => {
    const rules = Array.from({ length: 7 }, (_, i) => live(rule(`10.8.0.${i}/32`)));
    const [first, second, ...others] = rules.map((r, i) => (i < 2 ? { ...r, ...rule(`10.6.0.${i}/32`) } : r));
    if (first === undefined || second === undefined) throw new Error("There are seven rules");
    const now = moats([first, second, ...others], remembered(...rules));
    const [step] = rememberLeftRules(now, [first, ...others.slice(0, 2)]);
    expect(step).toMatchObject({ action: "tag", tags: { "moat:left-rules-2": "" } });
  });
});

describe("a plan with rules that are left", () => {
  const OLD = group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]);
  const planned = (groups: readonly SecurityGroup[], over: Partial<PlanCase> = {}): DatabasePlan =>
    onlyDatabase(
      planOf({
        inventory: inventory({
          databases: [database("orders", ["sg-m"])],
          securityGroups: [OLD, ...groups],
        }),
        policies: [allows("orders", ["10.0.1.10/32"])],
        ...over,
      }),
    );
  const actions = (plan: DatabasePlan): string[] => plan.steps.map((s) => s.action);

  it("writes them down while the trail tells, and leaves them when it no longer does", () => {
    const first = planned([moats([OWN, BY_RDS])], { settings: told([BY_RDS, "rds"]) });
    expect(actions(first)).toEqual(["tag"]);
    const later = planned([moats([OWN, BY_RDS], tagsOf(first.steps))]);
    expect(later).toMatchObject({ steps: [], inSync: true });
    expect(later.findings.find((f) => f.code === "LEFT_ALONE")?.why).toBe("RDS made it for its own needs");
    expect(later.reachable.planned).toBe(2n);
    const forgetful = planned([moats([OWN, BY_RDS])]);
    expect(actions(forgetful)).toEqual(["revoke"]);
    expect(forgetful.basis).not.toBe(later.basis);
  });

  it("says loudly that a group cannot remember them all", () => {
    const rules = Array.from({ length: 25 }, (_, i) => live(rule(`10.8.0.${i}/32`)));
    const { findings } = planned([moats([OWN, ...rules])], {
      settings: told(...rules.map((r) => [r, "rds"] as const)),
    });
    expect(findings.map((f) => f.code)).toContain("LEFT_RULES_FULL");
  });

  it("keeps a group for their sake that policy needs no more", () => {
    const second = { ...moats([BY_RDS], remembered(BY_RDS)), groupId: "sg-n" as SecurityGroup["groupId"] };
    const databases = [database("orders", ["sg-m", "sg-n"])];
    const plan = planned([], {
      inventory: inventory({ databases, securityGroups: [OLD, moats([OWN]), second] }),
    });
    expect(plan).toMatchObject({ steps: [], inSync: true });
    const bare = planned([], {
      inventory: inventory({
        databases,
        securityGroups: [OLD, moats([OWN]), { ...second, tags: moats([]).tags }],
      }),
    });
    expect(actions(bare)).toContain("deleteSecurityGroup");
  });

  it("keeps a full group beside the one that replaces it", () => {
    // Two of two rules stand; policy grants two others: only another group has room for them before these may go.
    const crowded = moats([own("10.0.0.0/8"), BY_RDS], remembered(BY_RDS));
    const plan = planned([crowded], {
      policies: [allows("orders", ["10.0.1.10/32", "10.0.1.20/32"])],
      inventory: inventory({
        databases: [database("orders", ["sg-m"])],
        securityGroups: [OLD, crowded],
        quotas: { rulesPerSecurityGroup: 2, securityGroupsPerInterface: 5, source: "default" },
      }),
      settings: { acknowledged: { has: () => true } as never },
    });
    expect(plan.refused).toEqual([]);
    expect(plan.steps.flatMap((s) => (s.action === "setDatabaseGroups" ? [s.groups] : []))).toEqual([
      ["new-1", "sg-m"],
    ]);
    expect(plan.steps.flatMap((s) => (s.action === "revoke" ? s.rules.map((r) => r.source) : []))).toEqual([
      { kind: "cidr", cidr: "10.0.0.0/8" },
    ]);
    expect(actions(plan)).not.toContain("deleteSecurityGroup");
  });

  it("is forgotten where Moat leaves an adopted group to its owner", () => {
    const adopted = {
      ...moats([OWN, BY_RDS], remembered(BY_RDS)),
      tags: {
        "moat:owner": "moat",
        "moat:database": arnOf("orders"),
        "moat:adopt": "ingress",
        ...remembered(BY_RDS),
      },
    };
    const databases = [database("orders", ["sg-m"])];
    const world = planningWorld(inventory({ databases, securityGroups: [adopted] }), SETTINGS);
    const steps = databases.flatMap((d) => planRollback(world, d).steps);
    expect(steps).toMatchObject([
      { action: "tag", tags: { "moat:mode": "observe" } },
      { action: "tag", group: "sg-m", tags: {}, removeTags: ["moat:left-rules"] },
    ]);
    expect(forgetLeftRules(moats([OWN]))).toEqual([]);
  });
});
