import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MapNode } from "./map-node.ts";
import type { MapSort } from "./map-state.ts";
import { SORTS } from "./map-state.ts";
import { firstSums, type LinkSum } from "./sort-links.ts";

const WORDS = ["allowed", "potentially_blocked", "blocked", "unknown"];
const row = (title: string): MapNode => ({
  ...{ id: `id of ${title}`, side: "consumer", kind: "group", title, labels: {}, depth: 0 },
  ...{ open: false, canOpen: true, members: 1, links: 1 },
});
const consumers = ["web", "batch", "admin"].map(row);
const databases = ["orders", "ledger"].map(row);
const sum = (from: number, to: number, part: Partial<LinkSum> = {}): LinkSum => ({
  ...{ from, to, word: 0, seen: true, pairs: 1, accepted: 1, rejected: 0, first: 1, last: 1 },
  ...part,
});
const names = (sums: readonly LinkSum[]) =>
  sums.map(({ from, to }) => `${consumers[from]?.title}>${databases[to]?.title}`);

describe("firstSums", () => {
  const sums = [
    sum(0, 0, { pairs: 2, last: 30 }),
    sum(1, 0, { word: 1, last: 20, accepted: 9 }),
    sum(2, 1, { seen: false, accepted: 0, pairs: 7, last: 0 }),
    sum(1, 1, { word: 2, accepted: 0, rejected: 3, last: 40 }),
  ];
  it.each([
    { sort: undefined, want: ["batch>orders", "batch>ledger", "web>orders", "admin>ledger"] },
    { sort: "consumer", want: ["admin>ledger", "batch>orders", "batch>ledger", "web>orders"] },
    { sort: "-consumer", want: ["web>orders", "batch>orders", "batch>ledger", "admin>ledger"] },
    { sort: "database", want: ["batch>ledger", "admin>ledger", "batch>orders", "web>orders"] },
    { sort: "-says", want: ["batch>orders", "batch>ledger", "web>orders", "admin>ledger"] },
    { sort: "happened", want: ["batch>orders", "web>orders", "batch>ledger", "admin>ledger"] },
    { sort: "-pairs", want: ["admin>ledger", "web>orders", "batch>orders", "batch>ledger"] },
    { sort: "-records", want: ["batch>orders", "batch>ledger", "web>orders", "admin>ledger"] },
    { sort: "-last", want: ["batch>ledger", "web>orders", "batch>orders", "admin>ledger"] },
    { sort: "to:d:nobody", want: ["batch>orders", "batch>ledger", "web>orders", "admin>ledger"] },
  ])("by $sort", ({ sort, want }) => {
    const wanted =
      sort === undefined
        ? undefined
        : ({ by: sort.replace("-", ""), descending: sort[0] === "-" } as MapSort);
    expect(names(firstSums({ sums, words: WORDS, consumers, databases }, wanted, 9))).toEqual(want);
  });

  it("takes the same first ones as a sort of everything, whatever the order of what it is given", () => {
    const some = fc.record({
      ...{
        from: fc.nat(2),
        to: fc.nat(1),
        word: fc.nat(3),
        seen: fc.boolean(),
        pairs: fc.integer({ min: 1, max: 3 }),
      },
      ...{ accepted: fc.nat(2), rejected: fc.nat(2), first: fc.constant(0), last: fc.nat(3) },
    });
    // A map has one sum of each ends, word and whether it was seen.
    const all = fc.uniqueArray(some, {
      selector: ({ from, to, word, seen }) => `${from} ${to} ${word} ${seen}`,
    });
    const sort = fc.option(fc.record({ by: fc.constantFrom(...SORTS), descending: fc.boolean() }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(all, sort, fc.nat(8), (drawn, by, most) => {
        const given = { words: WORDS, consumers, databases };
        const whole = firstSums({ ...given, sums: drawn }, by, drawn.length);
        expect(firstSums({ ...given, sums: drawn.toReversed() }, by, most)).toEqual(whole.slice(0, most));
      }),
    );
  });
});
