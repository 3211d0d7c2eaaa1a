import { describe, expect, it } from "vitest";
import { parseActor } from "./actor.ts";
import { parseActors } from "./actor-list.ts";

const label = { href: "/orgs/1/labels/11" };

/** The kind of an actor, with the side that an unreadable one spoils. */
function kindOf(json: unknown): string {
  const actor = parseActor(json, "consumers[0]");
  if (actor === undefined) return "gone";
  return actor.kind === "unreadable" ? `unreadable ${actor.side}` : actor.kind;
}

describe("parseActor", () => {
  it.each([
    [{ label }, "label"],
    [{ label: { ...label, key: "role", value: "db" }, exclusion: false }, "label"],
    [{ label, ip_list: null, workload: null, exclusion: null }, "label"],
    [{ label, "26.x": "unknown neighbour" }, "label"],
    [{ label_group: { href: "/orgs/1/sec_policy/draft/label_groups/3f" } }, "labelGroup"],
    [{ actors: "ams" }, "ams"],
    [{ workload: { href: "/orgs/1/workloads/6a", name: "web-1", deleted: false } }, "workload"],
    [{ workload: { href: "/orgs/1/workloads/6a", deleted: true } }, "gone"],
    [{ virtual_service: { href: "/orgs/1/sec_policy/active/virtual_services/9d" } }, "virtualService"],
    [{ ip_list: { href: "/orgs/1/sec_policy/active/ip_lists/1", name: "Any" } }, "ipList"],
    [{ actors: "container_host" }, "unreadable direct"],
    [{ virtual_server: { href: "/orgs/1/sec_policy/active/virtual_servers/5" } }, "unreadable direct"],
    [{ ip_list: { name: "no href" } }, "unreadable direct"],
    [{ workload: "web-1" }, "unreadable direct"],
    [{ label: { key: "role", value: "db" } }, "unreadable label"],
    [{ label, exclusion: "true" }, "unreadable label"],
    [{ label, ip_list: { href: "/x" } }, "unreadable label"],
    [{ label, label_group: label }, "unreadable label"],
    [{ ip_list: { href: "/x" }, exclusion: true }, "unreadable label"],
    [{ label_dimension: "app" }, "unreadable label"],
    [{ actors: "everyone" }, "unreadable label"],
    [{ all_ips_except_for_in_consumers: true }, "unreadable label"],
    [{ exclusion: false }, "unreadable label"],
    [{}, "unreadable label"],
    ["ams", "unreadable label"],
    [null, "unreadable label"],
  ])("%j -> %s", (json, want) => expect(kindOf(json)).toBe(want));

  it("keeps the exclusion and writes the href in the active spelling", () => {
    const json = { label_group: { href: "/orgs/1/sec_policy/draft/label_groups/3f" }, exclusion: true };
    expect(parseActor(json, "")).toEqual({
      kind: "labelGroup",
      href: "/orgs/1/sec_policy/active/label_groups/3f",
      exclusion: true,
    });
  });

  it("says which selector it does not know, and where", () => {
    const actor = parseActor({ label_dimension: "app" }, "rule_sets[3].rules[0].consumers[1]");
    expect(actor).toMatchObject({
      problem: {
        what: 'rule_sets[3].rules[0].consumers[1] is {"label_dimension":"app"}',
        why: 'selector "label_dimension" is not known',
      },
    });
  });
});

describe("parseActors", () => {
  const consumers = [{ label }, { ip_list: { href: "/orgs/1/sec_policy/active/ip_lists/2" } }];
  const kinds = (rule: Record<string, unknown>, side: "providers" | "consumers" = "consumers") =>
    parseActors(rule, side, "rule").map((actor) =>
      actor.kind === "unreadable" ? `unreadable ${actor.side}` : actor.kind,
    );

  it.each([
    ["a list", { consumers }, ["label", "ipList"]],
    ["no list", {}, ["unreadable label"]],
    ["null", { consumers: null }, ["unreadable label"]],
    ["an empty list", { consumers: [] }, ["unreadable label"]],
    ["only a deleted workload", { consumers: [{ workload: { href: "/w", deleted: true } }] }, []],
    ["its complement", { consumers, all_ips_except_for_in_consumers: true }, ["unreadable label"]],
    ["no complement", { consumers, all_ips_except_for_in_consumers: false }, ["label", "ipList"]],
    [
      "the complement of the other side",
      { consumers, all_ips_except_for_in_providers: true },
      ["label", "ipList"],
    ],
    ["a complement not known yet", { consumers, all_ips_except_for_in_zones: true }, ["unreadable label"]],
  ])("%s -> %j", (_, rule, want) => expect(kinds(rule)).toEqual(want));
});
