import { describe, expect, it } from "vitest";
import { canonicalHref } from "./href.ts";
import { parsePolicy } from "./parse-policy.ts";
import { parsePolicyVersion } from "./policy-version.ts";

const origin = { source: "pce", version: "81", complete: true } as const;

describe("parsePolicy", () => {
  it("reads absent collections as empty ones", () => {
    const policy = parsePolicy({}, origin);
    expect(policy).toMatchObject({ version: "81", complete: true, labels: [], ruleSets: [], problems: [] });
  });

  it("is incomplete when an object has no identity, and keeps its neighbours", () => {
    const labels = [{ href: "/orgs/1/labels/12345678901234567", key: "role", value: "db" }, { key: "role" }];
    const policy = parsePolicy({ labels }, origin);
    expect(policy.labels).toEqual([{ href: "/orgs/1/labels/12345678901234567", key: "role", value: "db" }]);
    expect(policy.complete).toBe(false);
    expect(policy.problems).toMatchObject([{ what: 'labels[1] is {"key":"role"}' }]);
  });

  it("reads label groups with and without key, and keeps members that it can read", () => {
    const label_groups = [
      {
        href: "/orgs/1/sec_policy/draft/label_groups/3f",
        name: "g",
        key: "role",
        labels: null,
        sub_groups: null,
      },
      {
        href: "/orgs/1/sec_policy/active/label_groups/77",
        labels: [{ href: "/orgs/1/labels/12" }, {}],
        sub_groups: [{ href: "/orgs/1/sec_policy/draft/label_groups/3f", name: "g" }],
      },
    ];
    expect(parsePolicy({ label_groups }, origin).labelGroups).toMatchObject([
      {
        href: "/orgs/1/sec_policy/active/label_groups/3f",
        name: "g",
        key: "role",
        labels: [],
        subGroups: [],
      },
      {
        labels: ["/orgs/1/labels/12"],
        subGroups: ["/orgs/1/sec_policy/active/label_groups/3f"],
        unreadable: [{ problem: { what: "label_groups[1].labels[1] is {}" } }],
      },
    ]);
  });
});

describe("canonicalHref", () => {
  it.each([
    ["/orgs/1/labels/11", "/orgs/1/labels/11"],
    ["/orgs/1/sec_policy/draft/ip_lists/7", "/orgs/1/sec_policy/active/ip_lists/7"],
    ["/orgs/1/sec_policy/81/rule_sets/5/sec_rules/6", "/orgs/1/sec_policy/active/rule_sets/5/sec_rules/6"],
    ["/orgs/1/sec_policy/81", "/orgs/1/sec_policy/81"],
    ["/api/v2/orgs/1/labels/11", "/orgs/1/labels/11"],
    ["https://pce.example.com:8443/api/v2/orgs/1/labels/11", "/orgs/1/labels/11"],
  ])("%s -> %s", (text, want) => expect(canonicalHref(text)).toBe(want));
});

describe("parsePolicyVersion", () => {
  it.each([
    [{ href: "/orgs/1/sec_policy/81", version: 81 }, "81"],
    [{ version: 81 }, "81"],
    [{ href: "/orgs/1/sec_policy/12345678901234567", version: 12345678901234568 }, "12345678901234567"],
    [{ href: "/orgs/1/sec_policy/active" }, undefined],
    [[], undefined],
    [null, undefined],
  ])("%j -> %s", (json, want) => expect(parsePolicyVersion(json)).toBe(want));
});
