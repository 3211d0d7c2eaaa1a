import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rule } from "../../../test/fixtures/inventory.ts";
import { type LiveGroup, placeRules } from "./place-rules.ts";
import { ruleKey } from "./rule-key.ts";

const a = rule("10.0.0.1/32");
const b = rule("10.0.0.2/32");
const c = rule("10.0.0.3/32");
const out = rule("10.0.0.4/32", { direction: "egress" });
type Rule = typeof a;
const live = (group: string, rules: readonly Rule[]): LiveGroup => ({
  group,
  keys: new Set(rules.map(ruleKey)),
});

/** What each group holds in the end: `+` marks a copy. */
function placed(rules: readonly Rule[], groups: readonly LiveGroup[], limit: number): Record<string, string> {
  let created = 0;
  const slots = placeRules(rules, groups, limit, new Map(), () => {
    created += 1;
    return `new-${created}`;
  });
  const host = (r: Rule): string => (r.source.kind === "cidr" ? r.source.cidr.slice(7, -3) : "");
  return Object.fromEntries(
    slots.map((s) => [s.group, [...s.placed.map(host), ...s.copies.map((r) => `+${host(r)}`)].join(" ")]),
  );
}

/** The hosts in each group that is somebody's place, by id: a plan keeps those groups and drops the others. */
const needed = (slots: Record<string, string>): Record<string, readonly number[]> =>
  Object.fromEntries(
    Object.entries(slots)
      .filter(([, held]) => held.split(" ").some((host) => /^\d/.test(host)))
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([id, held]) => [
        id,
        held
          .split(" ")
          .map((host) => Number(host.replace("+", "")))
          .sort(),
      ]),
  );

describe("placeRules", () => {
  it.each([
    {
      name: "leaves a rule where it stands",
      rules: [a, b],
      groups: [live("m1", [b]), live("m0", [a])],
      want: { m0: "1", m1: "2" },
    },
    {
      name: "puts a new rule where there is room",
      rules: [a, b, c],
      groups: [live("m0", [a, b]), live("m1", [])],
      want: { m0: "1 2", m1: "3" },
    },
    {
      name: "counts egress apart from ingress",
      rules: [a, b, out],
      groups: [live("m0", [a, b])],
      want: { m0: "1 2 4" },
    },
    {
      name: "asks for a group when there is none",
      rules: [a, b, c],
      groups: [live("m0", [a, b])],
      want: { m0: "1 2", "new-1": "3" },
    },
    {
      name: "keeps copies in groups that are needed",
      rules: [a, b, c],
      groups: [live("m0", [a, b]), live("m1", [b, c])],
      want: { m0: "1 2", m1: "3 +2" },
    },
    {
      name: "needs no group of copies only, preferred as it may be",
      rules: [a, b],
      groups: [live("m1", [b]), live("m0", [a, b])],
      want: { m0: "1 2" },
    },
    {
      name: "prefers the first of two that hold the same",
      rules: [a, b],
      groups: [live("m1", [a, b]), live("m0", [a, b])],
      want: { m1: "1 2" },
    },
    {
      name: "keeps the first group when there are no rules",
      rules: [],
      groups: [live("m1", [a]), live("m0", [b])],
      want: { m1: "", m0: "" },
    },
  ])("$name", ({ rules, groups, want }) => {
    const got = Object.entries(placed(rules, groups, 2)).filter(
      ([, held]) => rules.length === 0 || held !== "",
    );
    expect(Object.fromEntries(got)).toEqual(want);
  });

  it("leaves the next run nothing to do, which finds the groups by id", () => {
    const hosts = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 7 });
    const ruleOf = (host: number): Rule => rule(`10.0.0.${host}/32`);
    const groups = fc.shuffledSubarray(["m0", "m1", "m2", "m3"]).chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          hosts.map((held) =>
            live(
              id,
              held.slice(0, 3).map((h) => ruleOf(h)),
            ),
          ),
        ),
      ),
    );
    fc.assert(
      fc.property(hosts, groups, (wanted, before) => {
        const rules = wanted.map((h) => ruleOf(h));
        const first = needed(placed(rules, before, 3));
        const after = Object.entries(first).map(([id, held]) =>
          live(
            id,
            held.map((h) => ruleOf(h)),
          ),
        );
        expect(needed(placed(rules, after, 3))).toEqual(first);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("placing again what was placed", () => {
  const rules = Array.from({ length: 6 }, (_, host) => rule(`10.0.0.${host}/32`));
  const some = fc.subarray(rules);
  const arbCase = fc.record({
    policy: some,
    groups: fc.array(some, { maxLength: 4 }),
    order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    limit: fc.integer({ min: 2, max: 6 }),
    mostGroups: fc.integer({ min: 1, max: 5 }),
    newFirst: fc.boolean(),
  });

  it("changes nothing, in whatever order the groups were preferred and whatever ids new ones get", () => {
    let several = 0;
    fc.assert(
      fc.property(arbCase, ({ policy, groups, order, limit, mostGroups, newFirst }) => {
        let created = 0;
        const place = (standing: readonly LiveGroup[]) =>
          placeRules(
            policy,
            standing,
            limit,
            new Map(),
            () => `${newFirst ? "a" : "n"}${created++}`,
            mostGroups,
          )
            .filter((s) => s.placed.length > 0)
            .map((s) => live(s.group, [...s.placed, ...s.copies]))
            .sort((x, y) => (x.group < y.group ? -1 : 1));
        const standing = order.flatMap((n) => {
          const held = groups[n]?.slice(0, limit);
          return held === undefined ? [] : [live(`m${n}`, held)];
        });
        const once = place(standing);
        several += once.length > 1 ? 1 : 0;
        expect(place(once)).toEqual(once);
      }),
      { numRuns: 5_000 },
    );
    expect(several).toBeGreaterThan(500);
  });
});
