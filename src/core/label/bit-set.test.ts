import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addAll, bitSetOf, fullBitSet, hasBit, keepAll, membersOf, removeAll } from "./bit-set.ts";

/** Sizes around the word length, where an off-by-one would show. */
const SIZES = [0, 1, 31, 32, 33, 64, 65];

describe("bit sets", () => {
  it.each(SIZES)("of size %i hold all members when full", (size) => {
    expect(membersOf(fullBitSet(size))).toEqual(Array.from({ length: size }, (_, at) => at));
  });

  it("behave as sets of numbers do", () => {
    const members = fc.uniqueArray(fc.nat(69));
    fc.assert(
      fc.property(members, members, (a, b) => {
        const both = (change: typeof addAll): number[] => {
          const bits = bitSetOf(70, a);
          change(bits, bitSetOf(70, b));
          return membersOf(bits);
        };
        const all = Array.from({ length: 70 }, (_, at) => at);
        expect(both(addAll)).toEqual(all.filter((at) => a.includes(at) || b.includes(at)));
        expect(both(keepAll)).toEqual(all.filter((at) => a.includes(at) && b.includes(at)));
        expect(both(removeAll)).toEqual(all.filter((at) => a.includes(at) && !b.includes(at)));
        expect(a.every((member) => hasBit(bitSetOf(70, a), member))).toBe(true);
      }),
    );
  });
});
