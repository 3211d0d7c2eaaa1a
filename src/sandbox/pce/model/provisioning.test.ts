import fc from "fast-check";
import { expect, it } from "vitest";
import { createSandboxPce, type SandboxPce } from "../sandbox-pce.ts";
import { pendingChanges } from "./pending.ts";
import { present } from "./present.ts";
import { activeTable, POLICY_COLLECTIONS, tableAt, tableOf } from "./state.ts";

type Step = readonly [
  "list" | "ruleSet" | "rule" | "update" | "remove" | "removeRule" | "provision" | "revert",
  number,
];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom("list", "ruleSet", "rule", "rule", "update", "remove", "removeRule", "provision", "revert"),
  fc.nat(4),
);

/** Does one step, unless the PCE refuses it. */
function attempt(pce: SandboxPce, [verb, at]: Step, counter: number): void {
  const { seed, state } = pce;
  const pick = (hrefs: readonly string[]): string => hrefs[at % Math.max(1, hrefs.length)] ?? "";
  const lists = [...tableOf(state, "ip_lists").keys()];
  const ruleSets = [...tableOf(state, "rule_sets").keys()];
  const rules = [...tableOf(state, "rule_sets").values()].flatMap((ruleSet) =>
    (ruleSet.rules as { href: string }[]).map((rule) => rule.href),
  );
  const steps = {
    list: () => seed.ipList(`list ${counter}`, ["10.0.0.0/8"]),
    ruleSet: () => seed.ruleSet(`set ${counter}`),
    rule: () =>
      seed.rule(pick(ruleSets), { providers: ["ams"], consumers: [pick(lists)], services: ["tcp/1"] }),
    update: () => seed.update(pick([...lists, ...ruleSets]), { description: `at ${counter}` }),
    remove: () => seed.remove(pick([...lists, ...ruleSets])),
    removeRule: () => seed.remove(pick(rules)),
    provision: () => seed.provision(),
    revert: () => seed.revert(),
  };
  try {
    steps[verb]();
  } catch {
    // Refused: nothing may have changed, which the checks below would show.
  }
}

/** All objects of a version as text, in active spelling and without what only drafts have. */
function shown(pce: SandboxPce, version: string): string {
  const objects = POLICY_COLLECTIONS.flatMap((collection) =>
    [...(tableAt(pce.state, version, collection) ?? [])].map(([href, document]) => [
      href,
      present(pce.state, collection, document, "active"),
    ]),
  );
  const byHref = objects.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return JSON.stringify(byHref, (key, value: unknown) => (key === "update_type" ? undefined : value));
}

it("makes the draft active, whatever was done to it, and leaves old versions alone", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const pce = createSandboxPce({ now: () => 0 });
      const before = shown(pce, "1");
      for (const [counter, item] of steps.entries()) attempt(pce, item, counter);
      if (pendingChanges(pce.state).length > 0) pce.seed.provision();
      expect(pendingChanges(pce.state)).toEqual([]);
      expect(shown(pce, "draft")).toBe(shown(pce, "active"));
      expect(shown(pce, "1")).toBe(before);
    }),
    { numRuns: 200 },
  );
});

it("reverts to exactly what is active", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const pce = createSandboxPce({ now: () => 0 });
      for (const [counter, item] of steps.entries()) attempt(pce, item, counter);
      pce.seed.revert();
      expect(shown(pce, "draft")).toBe(shown(pce, "active"));
      expect(tableOf(pce.state, "ip_lists").size).toBe(activeTable(pce.state, "ip_lists").size);
    }),
    { numRuns: 100 },
  );
});
