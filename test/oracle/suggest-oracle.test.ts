import fc from "fast-check";
import { expect, it } from "vitest";
import { bitSetOf } from "../../src/core/label/bit-set.ts";
import { fewestQueries } from "../../src/core/suggest/fewest-queries.ts";
import { workloadClasses } from "../../src/core/suggest/workload-classes.ts";

type Labels = Readonly<Record<string, string>>;

const KEYS = { role: ["a", "b", "c"], app: ["x", "y"], env: ["1", "2"] } as const;

type Rule = Readonly<Record<string, readonly string[]>>;

const means = (rule: Rule, labels: Labels): boolean =>
  Object.entries(rule).every(([key, values]) => values.includes(labels[key] ?? ""));

/** The narrowest rule for some: the keys that all of them have, with their values. */
function narrowest(some: readonly Labels[]): Rule {
  const keys = Object.keys(KEYS).filter((key) => some.every((labels) => labels[key] !== undefined));
  return Object.fromEntries(keys.map((key) => [key, [...new Set(some.map((labels) => labels[key] ?? ""))]]));
}

/** Every combination of one value a key. */
const combinations = (rule: Rule): readonly Labels[] =>
  Object.entries(rule).reduce<readonly Labels[]>(
    (some, [key, values]) => some.flatMap((labels) => values.map((value) => ({ ...labels, [key]: value }))),
    [{}],
  );

function isSound(rule: Rule, all: readonly Labels[], may: readonly Labels[]): boolean {
  if (Object.keys(rule).length === 0 || all.some((labels) => means(rule, labels) && !may.includes(labels)))
    return false;
  const each = combinations(rule);
  const carried = each.filter((wanted) =>
    all.some((labels) => Object.entries(wanted).every(([key, value]) => labels[key] === value)),
  );
  return carried.length >= each.length * 0.8;
}

/** How many rules are needed at least: all sets of one rule, then of two, and so on. */
function fewest(all: readonly Labels[], required: readonly Labels[], may: readonly Labels[]): number {
  const whole = 2 ** required.length - 1;
  const groups = Array.from({ length: whole }, (_, i) =>
    required.filter((_labels, at) => ((i + 1) >> at) % 2 === 1),
  );
  const sound = groups.map(narrowest).filter((rule) => isSound(rule, all, may));
  const covers = [...new Set(sound.map((rule) => bits(required.map((labels) => means(rule, labels)))))];
  let reached = new Set([0]);
  for (let count = 0; count <= required.length; count += 1) {
    if (reached.has(whole)) return count;
    reached = new Set([...reached].flatMap((one) => covers.map((other) => one | other)));
  }
  throw new Error("Nothing covers what is required");
}

const bits = (flags: readonly boolean[]): number =>
  flags.reduce((sum, flag, at) => sum + (flag ? 2 ** at : 0), 0);

const arbLabels: fc.Arbitrary<Labels> = fc
  .record({
    role: fc.constantFrom("", ...KEYS.role),
    app: fc.constantFrom("", ...KEYS.app),
    env: fc.constantFrom("", ...KEYS.env),
  })
  .map((labels) => Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== "")) as Labels);

it("needs no more rules than an exhaustive search, covers all that is required, and means nobody else", () => {
  let several = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(arbLabels, fc.boolean()), { minLength: 1, maxLength: 14 }), (drawn) => {
      const classes = workloadClasses(
        drawn.map(([labels]) => ({
          labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, [value]])),
        })),
      );
      const all = classes.classes.map(
        ({ labels }): Labels =>
          Object.fromEntries(Object.entries(labels).map(([key, values]) => [key, values[0] ?? ""])),
      );
      const wanted = classes.classes.flatMap(({ members }, at) =>
        Object.keys(all[at] ?? {}).length > 0 && members.some((member) => drawn[member]?.[1] === true)
          ? [at]
          : [],
      );
      const required = wanted.map((at): Labels => all[at] ?? {});
      // Whoever has a required one's labels and more is meant by them, too.
      const may = all.filter((labels) =>
        required.some((one) => Object.entries(one).every(([key, value]) => labels[key] === value)),
      );
      const mayBits = bitSetOf(
        all.length,
        may.map((labels) => all.indexOf(labels)),
      );
      const found = fewestQueries(classes, wanted, mayBits);
      for (const labels of all) {
        const meant = found.some((query) => means(query, labels));
        if (meant) expect(may).toContain(labels);
        if (required.includes(labels)) expect(meant).toBe(true);
      }
      expect(found).toHaveLength(fewest(all, required, may));
      if (found.length > 2) several += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(several).toBeGreaterThan(20);
});
