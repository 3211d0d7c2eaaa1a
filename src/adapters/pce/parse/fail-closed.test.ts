import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AllowRule, DenyRule } from "../../../core/policy/model.ts";
import { parseAllowRule } from "./allow-rule.ts";
import { COLLECTION_NAMES } from "./collections.ts";
import { parseDenyRule } from "./deny-rule.ts";
import { parsePolicy } from "./parse-policy.ts";

const db = { label: { href: "/orgs/1/labels/11" } };
const web = { label: { href: "/orgs/1/labels/12" } };
const corp = { ip_list: { href: "/orgs/1/sec_policy/active/ip_lists/7" } };

const soundAllow = {
  href: "/orgs/1/sec_policy/active/rule_sets/500/sec_rules/501",
  enabled: true,
  providers: [db],
  consumers: [web, corp],
  ingress_services: [{ proto: 6, port: 3306 }],
  resolve_labels_as: { providers: ["workloads"], consumers: ["workloads"] },
  unscoped_consumers: false,
  sec_connect: false,
  machine_auth: false,
  consuming_security_principals: [],
  network_type: "brn",
  use_workload_subnets: [],
  all_ips_except_for_in_consumers: false,
};

const soundDeny = {
  href: "/orgs/1/sec_policy/active/rule_sets/500/deny_rules/502",
  enabled: true,
  override: true,
  providers: [db],
  consumers: [web],
  ingress_services: [{ proto: 6, port: 3306 }],
  unscoped_consumers: true,
  network_type: "all",
};

/** JSON that says nothing in the place of a field: no boolean, no known word, no sound object. */
const junk = fc.oneof(
  fc.constantFrom(0, 1, "", "yes", "x", {}, { href: "" }),
  fc.jsonValue().filter((json) => typeof json !== "boolean" && json !== null && !Array.isArray(json)),
);

/** What an allow rule may grant, as text; a rule that grants nothing is the empty set. */
function grants(rule: AllowRule): ReadonlySet<string> {
  if (!rule.enabled || rule.inexpressible.length > 0) return new Set();
  const side = (actors: AllowRule["providers"]) =>
    actors.some((actor) => actor.kind === "unreadable" && actor.side === "label")
      ? []
      : actors.filter((actor) => actor.kind !== "unreadable").map((actor) => JSON.stringify(actor));
  const services = rule.services
    .filter((service) => service.kind !== "unreadable")
    .map((each) => JSON.stringify(each));
  const how = JSON.stringify([rule.unscopedConsumers, rule.useWorkloadSubnets]);
  return new Set(
    side(rule.providers).flatMap((to) =>
      side(rule.consumers).flatMap((from) => services.map((service) => `${from} ${to} ${service} ${how}`)),
    ),
  );
}

/** Whether a deny rule still denies at least what the sound one does. */
function deniesAll(rule: DenyRule): boolean {
  const sound = parseDenyRule(soundDeny, "");
  const covers = <T extends { readonly kind: string }>(parts: readonly T[], wanted: readonly T[]) =>
    parts.some((part) => part.kind === "unreadable") || JSON.stringify(parts) === JSON.stringify(wanted);
  return (
    rule.enabled &&
    rule.override &&
    rule.unscopedConsumers &&
    rule.networkType === "all" &&
    covers(rule.providers, sound.providers) &&
    covers(rule.consumers, sound.consumers) &&
    covers(rule.services, sound.services)
  );
}

describe("a broken field", () => {
  it("never makes an allow rule grant more", () => {
    const sound = grants(parseAllowRule(soundAllow, ""));
    expect(sound.size).toBe(2);
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(soundAllow)), junk, (key, json) => {
        expect(
          [...grants(parseAllowRule({ ...soundAllow, [key]: json }, "rule"))].filter((g) => !sound.has(g)),
        ).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it("never makes a deny rule deny less", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(soundDeny)), junk, (key, json) => {
        expect(deniesAll(parseDenyRule({ ...soundDeny, [key]: json }, "rule"))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("in a member of a list spoils that list for good, or drops alone", () => {
    const sound = grants(parseAllowRule(soundAllow, ""));
    const lists = ["providers", "consumers", "ingress_services"] as const;
    fc.assert(
      fc.property(fc.constantFrom(...lists), junk, (key, json) => {
        const rule = { ...soundAllow, [key]: [...soundAllow[key], json] };
        expect([...grants(parseAllowRule(rule, "rule"))].filter((g) => !sound.has(g))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("any JSON at all", () => {
  it("gives a policy, which is incomplete when an object is lost, and keeps every rule set", () => {
    const collections = fc.record(
      Object.fromEntries(COLLECTION_NAMES.map((name) => [name, fc.array(fc.jsonValue(), { maxLength: 3 })])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(collections, (json) => {
        const policy = parsePolicy(json, { source: "pce", version: "1", complete: true });
        const lost = COLLECTION_NAMES.some((name) => name !== "rule_sets" && (json[name]?.length ?? 0) > 0);
        expect(policy.complete).toBe(!lost);
        expect(policy.ruleSets).toHaveLength(json.rule_sets?.length ?? 0);
      }),
    );
  });
});
