import { describe, expect, it } from "vitest";
import type { AllowRule, DenyRule } from "../../../core/policy/model.ts";
import { parseRuleSet } from "./rule-set.ts";

const db = { label: { href: "/orgs/1/labels/11" } };
const web = { label: { href: "/orgs/1/labels/12" } };
const port = { proto: 6, port: 3306 };

const soundRule = {
  href: "/orgs/1/sec_policy/draft/rule_sets/500/sec_rules/501",
  enabled: true,
  providers: [db],
  consumers: [web],
  ingress_services: [port],
  resolve_labels_as: { providers: ["workloads"], consumers: ["workloads"] },
};
const soundDeny = {
  href: "/d/1",
  enabled: true,
  providers: [db],
  consumers: [web],
  ingress_services: [port],
};

const ruleSet = (fields: object) =>
  parseRuleSet(
    { href: "/orgs/1/sec_policy/draft/rule_sets/500", name: "orders", scopes: [[]], ...fields },
    "rule_sets[0]",
  );

function allow(fields: object): AllowRule {
  const rule = ruleSet({ rules: [{ ...soundRule, ...fields }] })?.rules[0];
  if (rule === undefined) throw new Error("the rule is lost");
  return rule;
}

function deny(fields: object): DenyRule {
  const rule = ruleSet({ deny_rules: [{ ...soundDeny, ...fields }] })?.denyRules[0];
  if (rule === undefined) throw new Error("the deny rule is lost");
  return rule;
}

describe("an allow rule", () => {
  it("reads a plain rule, and one whose optional fields are null, alike", () => {
    const keys = [
      "unscoped_consumers",
      "sec_connect",
      "machine_auth",
      "stateless",
      "network_type",
      "description",
    ];
    const nulls = Object.fromEntries(
      [...keys, "consuming_security_principals", "use_workload_subnets", "egress_services"].map((key) => [
        key,
        null,
      ]),
    );
    expect(allow(nulls)).toEqual(allow({}));
    expect(allow({})).toEqual({
      kind: "allow",
      href: "/orgs/1/sec_policy/active/rule_sets/500/sec_rules/501",
      enabled: true,
      providers: [{ kind: "label", href: "/orgs/1/labels/11", exclusion: false }],
      consumers: [{ kind: "label", href: "/orgs/1/labels/12", exclusion: false }],
      services: [{ kind: "port", protocol: 6, fromPort: 3306, toPort: 3306 }],
      unscopedConsumers: false,
      networkType: "brn",
      inexpressible: [],
      resolveProvidersAs: ["workloads"],
      resolveConsumersAs: ["workloads"],
      useWorkloadSubnets: [],
    });
  });

  it.each([
    [{ consuming_security_principals: [{ href: "/orgs/1/security_principals/dba" }] }, ["userGroups"]],
    [{ consuming_security_principals: "dba" }, ["userGroups"]],
    [{ sec_connect: true }, ["secureConnect"]],
    [{ machine_auth: true }, ["machineAuth"]],
    [{ network_type: "non_brn" }, ["nonCorporateNetwork"]],
    [{ network_type: "all" }, []],
    [{ network_type: "moon" }, ["unreadable"]],
    [{ sec_connect: "yes" }, ["unreadable"]],
    [{ enabled: "yes" }, ["unreadable"]],
    [{ stateless: true }, []],
  ])("%j is inexpressible: %j", (fields, want) => {
    expect(allow(fields).inexpressible.map((part) => part.kind)).toEqual(want);
  });

  it.each([
    [{ providers: ["virtual_services"], consumers: ["workloads"] }, ["virtualServices"], ["workloads"]],
    [
      { providers: ["workloads", "virtual_services"], consumers: null },
      ["workloads", "virtualServices"],
      ["workloads"],
    ],
    [null, ["workloads"], ["workloads"]],
    [{ providers: ["workloads", "pods"] }, ["workloads"], ["workloads"]],
    [{ providers: [] }, [], ["workloads"]],
    [["workloads"], [], []],
  ])("resolve_labels_as %j -> %j, %j", (resolve_labels_as, providers, consumers) => {
    const rule = allow({ resolve_labels_as });
    expect(rule.resolveProvidersAs).toEqual(providers);
    expect(rule.resolveConsumersAs).toEqual(consumers);
  });

  it("reports a word that it does not know on the side where it stands, and keeps the side", () => {
    const rule = allow({ resolve_labels_as: { providers: ["workloads", "pods"], consumers: ["workloads"] } });
    expect(rule.providers).toMatchObject([{ kind: "label" }, { kind: "unreadable", side: "direct" }]);
    expect(allow({ use_workload_subnets: ["consumers", "x"] })).toMatchObject({
      useWorkloadSubnets: ["consumers"],
      consumers: [{ kind: "label" }, { kind: "unreadable", side: "direct" }],
    });
  });

  it("lets nobody in when unscoped_consumers cannot be read", () => {
    expect(allow({ unscoped_consumers: 1 }).consumers).toMatchObject([{ kind: "unreadable", side: "label" }]);
  });

  it("is disabled only by false", () => {
    expect(allow({ enabled: false }).enabled).toBe(false);
    expect(allow({ enabled: undefined }).enabled).toBe(true);
  });

  it("may have no services when they come from a virtual service", () => {
    expect(allow({ ingress_services: [] }).services).toEqual([]);
    expect(allow({ ingress_services: null }).services).toEqual([]);
    expect(allow({ ingress_services: "mysql" }).services).toMatchObject([{ kind: "unreadable" }]);
  });

  it("is kept, granting nothing, when it is no object at all", () => {
    expect(ruleSet({ rules: [null] })?.rules).toMatchObject([
      {
        href: "rule_sets[0].rules[0]",
        providers: [{ kind: "unreadable" }],
        consumers: [{ kind: "unreadable" }],
      },
    ]);
    expect(ruleSet({ rules: "none" })?.rules).toHaveLength(1);
  });
});

describe("a deny rule", () => {
  it.each([
    [{}, { enabled: true, override: false, unscopedConsumers: false, networkType: "brn" }],
    [
      { override: true, unscoped_consumers: true },
      { override: true, unscopedConsumers: true },
    ],
    [{ override: "yes" }, { override: true }],
    [{ enabled: "no" }, { enabled: true }],
    [{ enabled: false }, { enabled: false }],
    [{ unscoped_consumers: "no" }, { unscopedConsumers: true }],
    [{ network_type: "non_brn" }, { networkType: "non_brn", inexpressible: [] }],
    [{ network_type: "moon" }, { networkType: "all" }],
    [{ ingress_services: [] }, { services: [{ kind: "unreadable" }] }],
    [{ consumers: null }, { consumers: [{ kind: "unreadable", side: "label" }] }],
  ])("%j -> %j", (fields, want) => expect(deny(fields)).toMatchObject(want));

  it.each([[{ deny_rules: [null] }], [{ deny_rules: "x" }]])(
    "denies anything when it cannot be read: %j",
    (fields) => {
      expect(ruleSet(fields)?.denyRules).toMatchObject([
        { enabled: true, override: true, unscopedConsumers: true, providers: [{ kind: "unreadable" }] },
      ]);
    },
  );
});

describe("parseRuleSet", () => {
  it.each([
    [[[]], [[]]],
    [[], [[]]],
    [
      [[db, { label_group: { href: "/orgs/1/sec_policy/draft/label_groups/3f" }, exclusion: true }]],
      [["label", "labelGroup"]],
    ],
    [
      [[db], [{ label_dimension: "app" }]],
      [["label"], ["unreadable"]],
    ],
    [
      [[db], null],
      [["label"], ["unreadable"]],
    ],
    [null, [["unreadable"]]],
  ])("scopes %j -> %j", (scopes, want) => {
    expect(ruleSet({ scopes })?.scopes.map((scope) => scope.map((entry) => entry.kind))).toEqual(want);
  });

  it("drops what the draft removes: rule sets, rules, deny rules", () => {
    const gone = { update_type: "delete" };
    expect(ruleSet(gone)).toBeUndefined();
    const kept = ruleSet({
      update_type: "update",
      rules: [{ ...soundRule, ...gone }],
      deny_rules: [{ ...soundDeny, ...gone }],
    });
    expect(kept).toMatchObject({ rules: [], denyRules: [] });
  });

  it("grants nothing and keeps its denies when its own enabled cannot be read", () => {
    const read = ruleSet({ enabled: "no", rules: [soundRule], deny_rules: [soundDeny] });
    expect(read).toMatchObject({
      enabled: true,
      rules: [{ inexpressible: [{ kind: "unreadable" }] }],
      denyRules: [{}],
    });
  });

  it("stands for any override deny when it is no object", () => {
    expect(parseRuleSet("?", "rule_sets[4]")).toMatchObject({
      denyRules: [{ override: true, enabled: true }],
    });
  });

  it("reads rules without a name, an href or a description", () => {
    expect(parseRuleSet({ scopes: [[]] }, "rule_sets[4]")).toMatchObject({
      name: "rule_sets[4]",
      enabled: true,
    });
  });
});
