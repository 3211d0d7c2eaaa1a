import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import {
  type Observation,
  SUGGEST_DEFAULTS,
  type SuggestDatabase,
  type Suggestions,
  type SuggestWorkload,
} from "./model.ts";
import { suggestRules } from "./suggest-rules.ts";

/** `web orders prod` as labels of the keys role, app and env; `-` for none. */
function labels(text: string): LabelQuery {
  const words = text.split(" ");
  return Object.fromEntries(
    ["role", "app", "env"].flatMap((key, i) => {
      const word = words[i] ?? "-";
      return word === "-" ? [] : [[key, word.split("|")]];
    }),
  );
}
const workload = (text: string, at: number): SuggestWorkload => ({ name: `w${at}`, labels: labels(text) });
const database = (id: string, text: string, more: Partial<SuggestDatabase> = {}): SuggestDatabase => ({
  id,
  labels: labels(text),
  forbids: () => false,
  allows: () => false,
  allowsAddress: () => false,
  ...more,
});
const seen = (at: number, db = 0, records = 10): Observation => ({
  address: `10.0.0.${at}`,
  workload: at,
  database: db,
  records,
  firstSeen: "2026-08-01T00:00:00Z",
  lastSeen: "2026-08-02T00:00:00Z",
});
const texts = ({ suggestions }: Suggestions): string[] =>
  suggestions.map(({ consumers }) =>
    Object.entries(consumers)
      .map(([key, values]) => `${key}=${values.join("|")}`)
      .join(" "),
  );
const orders = [database("orders", "database orders prod")];

describe("suggestRules", () => {
  it.each([
    { name: "one role", all: ["web orders prod"], saw: [0], want: ["role=web app=orders env=prod"] },
    {
      name: "two roles in one rule, for nobody else has either",
      all: ["web orders prod", "batch orders prod", "web orders dev"],
      saw: [0, 1],
      want: ["role=batch|web app=orders env=prod"],
    },
    {
      name: "two rules where one would let in somebody that was never seen",
      all: ["web orders prod", "batch stock prod", "batch orders prod", "web stock prod"],
      saw: [0, 1],
      want: ["role=batch app=stock env=prod", "role=web app=orders env=prod"],
    },
    {
      name: "two rules where one would let in combinations that nobody carries yet",
      all: ["web orders prod", "batch stock prod"],
      saw: [0, 1],
      want: ["role=batch app=stock env=prod", "role=web app=orders env=prod"],
    },
    {
      name: "every value in use is no condition",
      all: ["web orders prod", "web orders dev", "web orders test", "web orders lab", "batch stock prod"],
      saw: [0, 1, 2, 3],
      want: ["role=web app=orders"],
    },
  ])("$name", ({ all, saw, want }) => {
    const estate = { workloads: all.map(workload), databases: orders };
    const found = suggestRules({ estate, observations: saw.map((at) => seen(at)) });
    expect(texts(found).sort()).toEqual(want);
    expect(found.totals).toEqual({ seen: saw.length, alreadyAllowed: 0, covered: saw.length, leftOver: 0 });
  });

  it("says who was seen, since when, and whom the rule would let in besides", () => {
    const workloads = ["web orders prod", "web orders prod", "web orders prod", "batch orders prod"].map(
      workload,
    );
    const { suggestions } = suggestRules({
      estate: { workloads, databases: orders },
      observations: [seen(0), { ...seen(2), firstSeen: "2026-07-01T00:00:00Z", records: 5 }],
    });
    expect(suggestions).toMatchObject([
      {
        databases: ["orders"],
        evidence: {
          workloads: 2,
          names: ["w0", "w2"],
          conversations: 2,
          records: 15,
          firstSeen: "2026-07-01T00:00:00Z",
          lastSeen: "2026-08-02T00:00:00Z",
          coverage: 1,
        },
        neverSeen: { pairs: 1, sameLabels: 1, examples: ["w1"] },
      },
    ]);
  });

  it("counts other databases of the same labels among what it would also allow", () => {
    const databases = [...orders, database("orders-copy", "database orders prod")];
    const { suggestions } = suggestRules({
      estate: { workloads: ["web orders prod"].map(workload), databases },
      observations: [seen(0)],
    });
    expect(suggestions).toMatchObject([{ databases: ["orders", "orders-copy"], neverSeen: { pairs: 1 } }]);
  });

  it("counts what no rule can follow from in the coverage, and takes what an IP list allows for allowed", () => {
    const allowsAddress = (address: string): boolean => address === "192.0.2.9";
    const found = suggestRules({
      estate: {
        workloads: ["web orders prod"].map(workload),
        databases: [database("orders", "database orders prod", { allowsAddress })],
      },
      observations: [
        seen(0),
        { address: "192.0.2.1", database: 0, records: 3 },
        { address: "192.0.2.9", database: 0, records: 3 },
      ],
    });
    expect(found.suggestions).toMatchObject([{ evidence: { conversations: 1, coverage: 0.5 } }]);
    expect(found.leftovers.map(({ consumer }) => consumer)).toEqual(["192.0.2.1"]);
    expect(found.totals).toEqual({ seen: 3, alreadyAllowed: 1, covered: 1, leftOver: 1 });
  });

  it("names everybody whom it leaves out, with the reason", () => {
    const workloads = [
      "web orders prod",
      "-",
      "batch orders prod",
      "admin - -",
      "admin orders dev",
      "admin orders prod",
    ];
    const found = suggestRules({
      estate: {
        workloads: workloads.map(workload),
        databases: [
          database("orders", "database orders prod", { forbids: (at) => at === 4 }),
          database("bare", "-"),
        ],
      },
      observations: [
        seen(0),
        seen(1),
        seen(2, 0, 1),
        seen(3),
        seen(0, 1),
        { address: "192.0.2.1", database: 0, records: 3 },
        { address: "192.0.2.2", database: 0, records: 3, ambiguous: true },
        { ...seen(5), address: "10.9.9.9" },
      ],
      scanners: new Set(["10.9.9.9"]),
    });
    expect(texts(found)).toEqual(["role=web app=orders env=prod"]);
    expect(found.leftovers.map(({ kind, consumer }) => `${kind} ${consumer}`)).toEqual([
      "unknownAddress 192.0.2.1",
      "ambiguousAddress 192.0.2.2",
      "scanner w5",
      "oneOff w2",
      "unlabelled w1",
      "boundary w3",
      "unlabelledDatabase w0",
    ]);
    expect(found.totals).toEqual({ seen: 8, alreadyAllowed: 0, covered: 1, leftOver: 7 });
  });

  it("leaves labels out that mean mostly others", () => {
    const workloads = ["- orders -", "web orders prod", "batch orders prod"].map(workload);
    const found = suggestRules({ estate: { workloads, databases: orders }, observations: [seen(0)] });
    expect(found.leftovers.map(({ kind }) => kind)).toEqual(["labelsTooCoarse"]);
  });

  it.each([
    { fleet: 4, databases: 1, saw: 1, want: 1 },
    { fleet: 5, databases: 1, saw: 1, want: 0 },
    { fleet: 5, databases: 1, saw: 2, want: 1 },
    { fleet: 5, databases: 2, saw: 2, want: 0 },
  ])(
    "of $fleet workloads and $databases databases of one label set each, having seen $saw pairs, makes $want rules",
    ({ fleet, databases, saw, want }) => {
      const estate = {
        workloads: Array.from({ length: fleet }, (_, at) => workload("web orders prod", at)),
        databases: Array.from({ length: databases }, (_, at) => database(`db${at}`, "database orders prod")),
      };
      const observations = Array.from({ length: saw }, (_, at) => seen(at));
      const found = suggestRules({ estate, observations });
      expect(found.suggestions).toHaveLength(want);
      expect(found.leftovers.map(({ kind }) => kind)).toEqual(
        want === 0 ? observations.map(() => "mostlyUnseen") : [],
      );
      const settings = { ...SUGGEST_DEFAULTS, leastSeenShare: 0 };
      expect(suggestRules({ estate, observations, settings }).suggestions).toHaveLength(1);
    },
  );

  it("suggests nothing for a database whose labels mean mostly other databases", () => {
    const databases = [database("bare", "database - -"), database("orders", "database orders prod")];
    const estate = { workloads: ["web orders prod"].map(workload), databases };
    const found = suggestRules({ estate, observations: [seen(0)] });
    expect(found.leftovers.map(({ kind }) => kind)).toEqual(["databaseLabelsTooCoarse"]);
    const settings = { ...SUGGEST_DEFAULTS, mostUnseenShare: 1 };
    expect(suggestRules({ estate, observations: [seen(0)], settings }).suggestions).toMatchObject([
      { databases: ["bare", "orders"], neverSeen: { pairs: 1 } },
    ]);
  });

  it("suggests nothing that policy allows already, and uses it to need fewer rules", () => {
    const workloads = ["web orders prod", "batch stock prod", "batch orders prod", "web stock prod"].map(
      workload,
    );
    const allows = (at: number): boolean => at > 1;
    const found = suggestRules({
      estate: { workloads, databases: [database("orders", "database orders prod", { allows })] },
      observations: [seen(0), seen(1), seen(2)],
    });
    expect(texts(found)).toHaveLength(1);
    expect(found.totals).toEqual({ seen: 3, alreadyAllowed: 1, covered: 2, leftOver: 0 });
    expect(found.suggestions).toMatchObject([{ neverSeen: { pairs: 0 } }]);
  });

  it("does not mean again whom policy of today lets in across a boundary, though that takes more rules", () => {
    const workloads = ["web orders prod", "batch stock prod", "batch orders prod", "web stock prod"].map(
      workload,
    );
    const limits = { allows: (at: number) => at > 1, forbids: (at: number) => at === 2 };
    const found = suggestRules({
      estate: { workloads, databases: [database("orders", "database orders prod", limits)] },
      observations: [seen(0), seen(1)],
    });
    expect(texts(found).sort()).toEqual(["role=batch app=stock env=prod", "role=web app=orders env=prod"]);
  });
});

const word = (...values: string[]) => fc.constantFrom(...values);
const arbWorkloads = fc.array(
  fc.tuple(word("a", "b", "-"), word("x", "y", "z"), word("1", "2")).map((words) => words.join(" ")),
  { minLength: 1, maxLength: 9 },
);
const arbWorld = fc.record({
  workloads: arbWorkloads,
  databases: fc.array(word("d x 1", "d y 1", "d x -"), { minLength: 1, maxLength: 3 }),
  forbidden: fc.array(fc.nat(8), { maxLength: 2 }),
  allowed: fc.array(fc.nat(8), { maxLength: 2 }),
  pairs: fc.uniqueArray(
    fc.record({ at: fc.nat(8), db: fc.nat(2), records: fc.integer({ min: 1, max: 3 }) }),
    {
      selector: ({ at, db }) => `${at} ${db}`,
      maxLength: 9,
    },
  ),
});
type World = typeof arbWorld extends fc.Arbitrary<infer T> ? T : never;

function estateOf({ workloads, databases, forbidden, allowed }: World) {
  return {
    workloads: workloads.map(workload),
    databases: databases.map((text, at) =>
      database(`db${at}`, text, {
        forbids: (each) => forbidden.includes(each),
        allows: (each) => allowed.includes(each),
      }),
    ),
  };
}
const observationsOf = ({ pairs, workloads, databases }: World): Observation[] =>
  pairs
    .filter(({ at, db }) => at < workloads.length && db < databases.length)
    .map(({ at, db, records }) => seen(at, db, records));
const meets = (labelsOf: LabelQuery, query: LabelQuery): boolean =>
  Object.entries(query).every(
    ([key, values]) => labelsOf[key]?.some((value) => values.includes(value)) === true,
  );
const isCovered = (
  world: World,
  { suggestions }: Suggestions,
  { workload: at = -1, database: db }: Observation,
) =>
  suggestions.some(
    ({ consumers, providers }) =>
      meets(estateOf(world).workloads[at]?.labels ?? {}, consumers) &&
      meets(estateOf(world).databases[db]?.labels ?? {}, providers),
  );

describe("suggestRules, whatever the world", () => {
  it("never takes a covered one away when more is seen", () => {
    fc.assert(
      fc.property(arbWorld, fc.nat(9), (world, some) => {
        const estate = estateOf(world);
        const all = observationsOf(world);
        const before = suggestRules({ estate, observations: all.slice(0, some) });
        const after = suggestRules({ estate, observations: all });
        for (const each of all.slice(0, some)) {
          if (isCovered(world, before, each)) expect(isCovered(world, after, each)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never crosses a boundary, and covers or names everything that was seen", () => {
    fc.assert(
      fc.property(arbWorld, (world) => {
        const estate = estateOf(world);
        const observations = observationsOf(world);
        const found = suggestRules({ estate, observations });
        for (const at of world.forbidden.filter((each) => each < world.workloads.length)) {
          for (const db of world.databases.keys()) {
            expect(isCovered(world, found, seen(at, db))).toBe(false);
          }
        }
        const open = observations.filter(({ workload: at = -1 }) => !world.allowed.includes(at));
        const covered = open.filter((each) => isCovered(world, found, each));
        expect(found.totals.covered).toBeLessThanOrEqual(covered.length);
        const named = new Set(
          found.leftovers.flatMap((each) => each.databases.map((id) => `${each.consumer} ${id}`)),
        );
        for (const { workload: at, database: db } of open.filter((each) => !covered.includes(each))) {
          expect(named).toContain(`w${at} db${db}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps what it suggested yesterday, whoever joined overnight", () => {
    const joined = fc.array(word("a x 1", "b x 1", "a y -", "- x 2", "a x 2"), {
      minLength: 1,
      maxLength: 40,
    });
    const grown = fc.array(word("d x 1", "d y 1", "d x -"), { maxLength: 4 });
    fc.assert(
      fc.property(arbWorld, joined, grown, (world, workloads, databases) => {
        // Boundaries hold against whoever joins; this is about a world without any.
        const yesterday = { ...world, forbidden: [] };
        const today = {
          ...yesterday,
          workloads: [...world.workloads, ...workloads],
          databases: [...world.databases, ...databases],
        };
        const observations = observationsOf(yesterday);
        const before = suggestRules({ estate: estateOf(yesterday), observations });
        const after = suggestRules({
          ...{ estate: estateOf(today), observations, earlier: before.suggestions },
        });
        // Whom policy lets in needs no rule, whichever covered it besides.
        for (const each of observations.filter(({ workload: at = -1 }) => !world.allowed.includes(at))) {
          if (isCovered(yesterday, before, each)) expect(isCovered(today, after, each)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("forgets them without what it suggested yesterday, and never crosses a boundary for their sake", () => {
    const fleet = (size: number) => Array.from({ length: size }, () => "web orders prod").map(workload);
    const day = (size: number, more: object = {}) =>
      suggestRules({
        ...{ estate: { workloads: fleet(size), databases: orders }, observations: [seen(0)] },
        ...more,
      });
    const earlier = day(3).suggestions;
    expect(earlier).toHaveLength(1);
    expect(day(30).leftovers.map(({ kind }) => kind)).toEqual(["mostlyUnseen"]);
    expect(day(30, { earlier }).suggestions.map(({ id }) => id)).toEqual(earlier.map(({ id }) => id));
    const guarded = orders.map((each) => ({ ...each, forbids: (at: number) => at === 29 }));
    const after = day(30, { earlier, estate: { workloads: fleet(30), databases: guarded } });
    expect(after.leftovers.map(({ kind }) => kind)).toEqual(["boundary"]);
  });

  it("says the same of the same observations in any order, and the same rules on a day that shows nobody new", () => {
    fc.assert(
      fc.property(arbWorld, fc.integer({ min: 1, max: 50 }), (world, more) => {
        const estate = estateOf(world);
        const observations = observationsOf(world).map((each) => ({ ...each, records: each.records + 2 }));
        const first = suggestRules({ estate, observations });
        expect(suggestRules({ estate, observations: observations.toReversed() })).toEqual(first);
        const later = observations.map((each) => ({ ...each, records: each.records + more }));
        const next = suggestRules({ estate, observations: later });
        expect(next.suggestions.map(({ id }) => id)).toEqual(first.suggestions.map(({ id }) => id));
      }),
      { numRuns: 300 },
    );
  });
});
