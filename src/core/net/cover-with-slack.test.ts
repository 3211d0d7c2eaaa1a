import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressSetOfCidrs,
  addressSetOfRanges,
  EMPTY_SET,
  intersect,
  isEmpty,
  isSubset,
} from "./address-set.ts";
import type { Cidr } from "./cidr.ts";
import { coverWithSlack } from "./cover-with-slack.ts";

const set = (...cidrs: string[]) => addressSetOfCidrs(cidrs as Cidr[]);

/** Every block of a world of sixteen addresses, as a bit mask; the second reading tries all combinations of them. */
const BLOCKS = [1, 2, 4, 8, 16].flatMap((size) =>
  Array.from({ length: 16 / size }, (_, i) => ((2 ** size - 1) << (i * size)) & 0xffff),
);

function bruteForce(wanted: number, forbidden: number, limit: number): number | undefined {
  const usable = BLOCKS.filter((b) => (b & forbidden & ~wanted) === 0);
  let best: number | undefined;
  const search = (covered: number, left: number): void => {
    if ((covered & wanted) === wanted) {
      const extra = bits(covered & ~wanted);
      if (best === undefined || extra < best) best = extra;
      return;
    }
    if (left === 0) return;
    const first = wanted & ~covered & -(wanted & ~covered);
    for (const block of usable) if ((block & first) !== 0) search(covered | block, left - 1);
  };
  search(0, limit);
  return best;
}

const bits = (mask: number): number => mask.toString(2).replaceAll("0", "").length;
const setOf = (mask: number, family: 4 | 6) =>
  addressSetOfRanges(
    Array.from({ length: 16 }, (_, i) => i)
      .filter((i) => (mask & (1 << i)) !== 0)
      .map((i) =>
        family === 4
          ? { family, lo: 0x0a000000 + i, hi: 0x0a000000 + i }
          : { family, lo: BigInt(i), hi: BigInt(i) },
      ),
  );

describe("coverWithSlack", () => {
  it("is as cheap as the best of all covers, in a world small enough to try them all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xffff }),
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(4, 6),
        (wanted, forbidden, limit, family) => {
          const cover = coverWithSlack(setOf(wanted, family), family, limit, setOf(forbidden, family));
          const best = bruteForce(wanted, forbidden, limit);
          if (cover.kind === "infeasible") {
            expect(best).toBeUndefined();
            expect(bruteForce(wanted, forbidden, cover.leastCidrs)).toBe(Number(cover.extra));
            return;
          }
          expect(Number(cover.extra)).toBe(best);
          const covered = addressSetOfCidrs(cover.cidrs);
          expect([cover.cidrs.length <= limit, isSubset(setOf(wanted, family), covered)]).toEqual([
            true,
            true,
          ]);
          expect(isEmpty(intersect(covered, setOf(forbidden & ~wanted, family)))).toBe(true);
        },
      ),
      { numRuns: 800 },
    );
  });

  it.each([
    {
      name: "needs no slack where the exact cover fits",
      wanted: ["10.0.0.0/30", "10.0.1.0/24"],
      limit: 2,
      want: ["10.0.0.0/30", "10.0.1.0/24"],
    },
    {
      name: "joins the two that lie nearest",
      wanted: ["10.0.0.0/32", "10.0.0.2/32", "10.0.9.0/32"],
      limit: 2,
      want: ["10.0.0.0/30", "10.0.9.0/32"],
    },
    {
      name: "covers everything with one",
      wanted: ["10.0.0.1/32", "10.0.0.2/32"],
      limit: 1,
      want: ["10.0.0.0/30"],
    },
  ])("$name", ({ wanted, limit, want }) => {
    const cover = coverWithSlack(set(...wanted), 4, limit, EMPTY_SET);
    expect(cover.kind === "cover" && cover.cidrs).toEqual(want);
  });

  it("says the least number that could do when a forbidden address lies in between", () => {
    const cover = coverWithSlack(set("10.0.0.0/32", "10.0.0.2/32"), 4, 1, set("10.0.0.1/32"));
    expect(cover).toEqual({ kind: "infeasible", leastCidrs: 2, extra: 0n });
  });
});
