import { describe, expect, it } from "vitest";
import {
  arnOf,
  database,
  group,
  inventory,
  managedGroup,
  networkInterface,
  rule,
} from "../../test/fixtures/inventory.ts";
import { SETTINGS } from "../../test/fixtures/plan.ts";
import { allowRule, overrideDeny, policy, ruleSet, workload } from "../../test/fixtures/policy.ts";
import type { SecurityGroup } from "../core/inventory/model.ts";
import type { Policy, RuleSet } from "../core/policy/model.ts";
import { explainAccess } from "./explain-access.ts";
import { type Planned, planDatabases } from "./plan-databases.ts";

const web = allowRule("role=web -> role=database", { href: "/r/web", description: "web servers use it" });

/** The shop, whose database is `orders`, with the groups that are attached to it. */
function world(
  groups: readonly SecurityGroup[],
  more: {
    readonly policy?: Partial<Policy>;
    readonly sets?: readonly RuleSet[];
    readonly mode?: string;
  } = {},
): Planned {
  const shop = policy({
    ruleSets: more.sets ?? [ruleSet("app=orders env=prod", { rules: [web] })],
    ...more.policy,
  });
  const standing = workload("ordersdb role=database app=orders env=prod", {
    managed: false,
    externalDataReference: arnOf("orders"),
  });
  return planDatabases({
    inventory: inventory({
      databases: [
        database(
          "orders",
          groups.map((each) => each.groupId),
          { tags: { "moat:mode": more.mode ?? "enforce" } },
        ),
      ],
      securityGroups: groups,
      networkInterfaces: [networkInterface("eni-1", ["10.0.2.10"], ["sg-apps"])],
    }),
    policy: { ...shop, workloads: [...shop.workloads.filter((each) => each.name !== "ordersdb"), standing] },
    settings: SETTINGS,
  });
}

function explain(planned: Planned, source: string, draft?: Planned, target = "orders") {
  const answer = explainAccess(planned, {
    source,
    database: target,
    owner: "moat",
    ...(draft === undefined ? {} : { draft }),
  });
  if (!answer.ok) throw new Error(answer.error.what);
  return answer.value;
}

const OLD = group("sg-old", [rule("10.0.0.0/8")]);
const OURS = managedGroup("sg-ours", "orders", [rule("10.0.1.10/32")]);

describe("explainAccess", () => {
  it.each([
    {
      name: "our rule",
      groups: [OURS],
      source: "web-1",
      verdict: "allowed",
      live: "admitted",
      ours: [true],
      says: undefined,
    },
    {
      name: "a foreign rule",
      groups: [OLD],
      source: "web-1",
      verdict: "allowed",
      live: "admitted",
      ours: [false],
      says: undefined,
    },
    {
      name: "policy against a foreign rule",
      groups: [OURS, OLD],
      source: "web-2",
      verdict: "denied",
      live: "admitted",
      ours: [false],
      says: "policy denies, but the group sg-old (name-of-sg-old, not ours) admits it now",
    },
    {
      name: "policy against a group",
      groups: [group("sg-empty")],
      source: "web-1",
      verdict: "allowed",
      live: "notAdmitted",
      ours: [],
      says: "policy allows, but no attached group admits it now",
    },
    {
      name: "a peer that cannot be known",
      groups: [group("sg-other", [rule("sg-elsewhere")])],
      source: "web-2",
      verdict: "denied",
      live: "unknown",
      ours: [],
      says: undefined,
    },
  ])("compares policy with $name", ({ groups, source, verdict, live, ours, says }) => {
    const answer = explain(world(groups), source);
    expect([answer.verdict, answer.live.answer]).toEqual([verdict, live]);
    expect(answer.live.admittedBy.map((each) => each.ours)).toEqual(ours);
    expect(answer.live.disagreement?.split(";")[0]).toBe(says);
  });

  it("knows whom a group as a peer admits", () => {
    const apps = group("sg-apps");
    const answer = explain(world([group("sg-db", [rule("sg-apps")]), apps]), "web-2");
    expect(answer.live.admittedBy.map((each) => each.source)).toEqual(["sg-apps"]);
  });

  it("says that an observed database stays as it is", () => {
    const { live } = explain(world([OLD], { mode: "observe" }), "web-2");
    expect(live.disagreement).toMatch(/only observed/);
  });

  it("gives the compiled rule and the reason for what is allowed", () => {
    const answer = explain(world([OURS]), "web-1");
    expect(answer.live.compiled).toEqual(["10.0.1.10/32"]);
    expect(answer.because).toMatchObject([
      {
        kind: "rule",
        rule: "/r/web",
        description: "web servers use it",
        scope: "app=orders env=prod",
        workload: "/workloads/web-1",
        consumer: { name: "web-1", by: "role=web", labels: { role: ["web"] } },
        provider: { name: "ordersdb", by: "role=database" },
      },
    ]);
  });

  it("gives each workload of a label set its verdict", () => {
    const answer = explain(world([OLD]), "role=web");
    expect(answer.subjects.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      "web-1 allowed",
      "web-2 denied",
      "bill-1 denied",
    ]);
    expect(answer).toMatchObject({
      verdict: "denied",
      summary: { allowed: 1, denied: 2 },
      about: "10.0.2.10",
    });
  });

  it("says that nobody carries a label set", () => {
    expect(explain(world([OLD]), "role=batch")).toMatchObject({
      verdict: "denied",
      subjects: [],
      because: [{ kind: "nobody" }],
    });
  });

  it("blames the override deny that decides", () => {
    const sets = [
      ruleSet("", { rules: [web], denyRules: [overrideDeny("env=dev -> role=database", { href: "/d" })] }),
    ];
    expect(explain(world([OLD], { sets }), "web-2").because).toMatchObject([
      { kind: "overrideDeny", rule: "/d", consumers: "env=dev", doubtful: false },
    ]);
  });

  it("finds in the draft what only waits to be provisioned", () => {
    const draft = world([OLD], {
      sets: [ruleSet("app=orders", { rules: [web] })],
      policy: { version: "draft" },
    });
    const answer = explain(world([OLD]), "web-2", draft);
    expect(answer.draft).toEqual({ verdict: "allowed", version: "draft" });
    expect(answer.nearest[0]).toMatchObject({ rule: "/r/web", conditions: [{ code: "NOT_PROVISIONED" }] });
  });

  it.each([
    { port: "3306", verdict: "allowed", because: "rule" },
    { port: "3307", verdict: "denied", because: "notTheListener" },
  ])("answers for port $port: $verdict", ({ port, verdict, because }) => {
    const answer = explain(world([OLD]), "web-1", undefined, `${arnOf("orders")}:${port}`);
    expect([answer.verdict, answer.because[0]?.kind, answer.port]).toEqual([verdict, because, Number(port)]);
  });

  it("says what it does not know", () => {
    const other = group("sg-other", [rule("sg-elsewhere")]);
    const codes = (planned: Planned, source: string) =>
      explain(planned, source).unknown.map((each) => each.code);
    expect(codes(world([other]), "10.9.9.1")).toEqual([
      "SOURCE_UNKNOWN",
      "LIVE_PEER_UNKNOWN",
      "NO_FLOW_HISTORY",
    ]);
    expect(codes(world([OLD], { policy: { complete: false } }), "web-1")).toEqual([
      "POLICY_INCOMPLETE",
      "NO_FLOW_HISTORY",
    ]);
  });
});
