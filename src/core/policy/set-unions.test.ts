import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AddressSet, addressSetOfRanges, equals, union } from "../net/address-set.ts";
import { mergeAddressSets } from "./merge-address-sets.ts";
import { setUnions } from "./set-unions.ts";

const LAST6 = (1n << 128n) - 1n;

/** Few addresses at both ends of a family, so that intervals touch, overlap and reach its last address. */
const range4 = fc.tuple(fc.nat(40), fc.nat(4), fc.boolean()).map(([at, length, top]) => {
  const lo = top ? 2 ** 32 - 1 - at : at;
  return { family: 4 as const, lo, hi: Math.min(lo + length, 2 ** 32 - 1) };
});
const range6 = fc.tuple(fc.nat(40), fc.nat(4), fc.boolean()).map(([at, length, top]) => {
  const lo = top ? LAST6 - BigInt(at) : BigInt(at);
  const hi = lo + BigInt(length);
  return { family: 6 as const, lo, hi: hi > LAST6 ? LAST6 : hi };
});
const set = (size: number): fc.Arbitrary<AddressSet> =>
  fc.array(fc.oneof(range4, range6), { maxLength: size }).map(addressSetOfRanges);
/** Far apart, so that it stays long and short sets are inserted into it. */
const long = fc
  .tuple(
    fc.array(fc.nat(4000), { minLength: 150, maxLength: 200 }),
    fc.array(fc.nat(4000), { minLength: 150, maxLength: 200 }),
  )
  .map(([four, six]) =>
    addressSetOfRanges([
      ...four.map((at) => ({ family: 4 as const, lo: at, hi: at })),
      ...six.map((at) => ({ family: 6 as const, lo: BigInt(at), hi: BigInt(at) })),
    ]),
  );

describe("mergeAddressSets", () => {
  it("is the union, also when one set is much longer than the other", () => {
    fc.assert(
      fc.property(fc.oneof(set(12), long), set(6), (a, b) => {
        const want = union(a, b);
        return equals(mergeAddressSets(a, b), want) && equals(mergeAddressSets(b, a), want);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives back the set that holds the other", () => {
    const [big, small] = [[0, 9] as const, [3, 4] as const].map(([lo, hi]) =>
      addressSetOfRanges([{ family: 4, lo, hi }]),
    );
    if (big === undefined || small === undefined) throw new Error("two sets were made");
    expect(mergeAddressSets(small, big)).toBe(big);
  });
});

describe("setUnions", () => {
  it("gives the union of every selection, whatever others were asked for", () => {
    const selections = fc
      .array(set(4), { minLength: 1, maxLength: 12 })
      .chain((sets) => fc.array(fc.subarray(sets), { minLength: 1, maxLength: 12 }));
    fc.assert(
      fc.property(selections, (chosen) => {
        const unions = setUnions(chosen);
        return chosen.every((sets) => equals(unions(sets), union(...sets)));
      }),
      { numRuns: 500 },
    );
  });
});
