import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AddressSet,
  addressSetOfAddresses,
  addressSetOfCidrs,
  addressSetOfRanges,
  contains,
  containsCidr,
  countAddresses,
  EMPTY_SET,
  equals,
  everyAddress,
  intersect,
  isEmpty,
  isSubset,
  subtract,
  toCidrBlocks,
  toCidrs,
  toRanges,
  union,
} from "./address-set.ts";
import type { AddressRange, Cidr } from "./cidr.ts";
import { parseCidr } from "./cidr.ts";

const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new Error(parsed.error.what);
  return parsed.value;
};
const setOf = (...texts: string[]): AddressSet => addressSetOfCidrs(texts.map(cidr));

/** Worlds of 2^bits addresses, at the edges of each family too; a subset of one is a bitmap. */
const WORLDS = [
  { family: 4, base: 0 },
  { family: 4, base: 0x0a00_0000 },
  { family: 4, base: 0xffff_ff00 },
  { family: 6, base: 0n },
  { family: 6, base: 0x2001_0db8n << 96n },
  { family: 6, base: (1n << 128n) - 256n },
] as const;
type World = (typeof WORLDS)[number];

const rangeAt = (world: World, lo: number, hi: number): AddressRange =>
  world.family === 4
    ? { family: 4, lo: world.base + lo, hi: world.base + hi }
    : { family: 6, lo: world.base + BigInt(lo), hi: world.base + BigInt(hi) };
const setOfBits = (world: World, size: number, has: (at: number) => boolean): AddressSet =>
  addressSetOfRanges(
    Array.from({ length: size }, (_, at) => at)
      .filter(has)
      .map((at) => rangeAt(world, at, at)),
  );

/** The minimal cover by walking the tree of halves: a full half is one block, an empty one none. */
function coverOracle(has: (at: number) => boolean, from: number, size: number): [number, number][] {
  const members = Array.from({ length: size }, (_, step) => has(from + step));
  if (members.every((member) => member)) return [[from, size]];
  if (!members.some((member) => member)) return [];
  const half = size / 2;
  return [...coverOracle(has, from, half), ...coverOracle(has, from + half, half)];
}
const blocksAt = (world: World, set: AddressSet): [number, number][] =>
  toCidrBlocks(set).map((block) => [
    Number(BigInt(block.base) - BigInt(world.base)),
    2 ** ((world.family === 4 ? 32 : 128) - block.length),
  ]);

describe.each(WORLDS)("a tiny world in IPv$family at $base", (world) => {
  it("covers every set of 16 addresses with the fewest blocks", () => {
    const step = world.family === 4 ? 1 : 17;
    for (let bits = 0; bits < 1 << 16; bits += step) {
      const has = (at: number) => ((bits >> at) & 1) === 1;
      const got = blocksAt(world, setOfBits(world, 16, has));
      const want = coverOracle(has, 0, 16);
      if (JSON.stringify(got) !== JSON.stringify(want)) expect(got, `bits ${bits}`).toEqual(want);
    }
  });

  it("agrees with bit arithmetic on every pair of sets of 6 addresses", () => {
    const sets = Array.from({ length: 64 }, (_, bits) =>
      setOfBits(world, 6, (at) => ((bits >> at) & 1) === 1),
    );
    const wrong: string[] = [];
    const check = (holds: boolean, what: string) => holds || wrong.push(what);
    sets.forEach((a, i) => {
      sets.forEach((b, j) => {
        check(equals(union(a, b), sets[i | j] ?? a), `${i} | ${j}`);
        check(equals(intersect(a, b), sets[i & j] ?? a), `${i} & ${j}`);
        check(equals(subtract(a, b), sets[i & ~j] ?? a), `${i} - ${j}`);
        check(isSubset(a, b) === ((i & ~j) === 0), `${i} <= ${j}`);
        check(equals(a, b) === (i === j), `${i} = ${j}`);
      });
    });
    expect(wrong).toEqual([]);
  });

  it("joins any ranges of 256 addresses exactly", () => {
    const range = fc
      .tuple(fc.nat(255), fc.nat(255))
      .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
        const has = (at: number) => ranges.some(([lo, hi]) => lo <= at && at <= hi);
        const set = addressSetOfRanges(ranges.map(([lo, hi]) => rangeAt(world, lo, hi)));
        expect(blocksAt(world, set)).toEqual(coverOracle(has, 0, 256));
        expect(equals(set, addressSetOfCidrs(toCidrs(set)))).toBe(true);
        expect(equals(set, addressSetOfRanges(toRanges(set).reverse()))).toBe(true);
        expect(Number(countAddresses(set))).toBe(
          Array.from({ length: 256 }, (_, at) => has(at)).filter(Boolean).length,
        );
      }),
    );
  });
});

describe("address sets", () => {
  const arbSet = fc
    .array(
      fc.oneof(
        fc
          .tuple(fc.nat(0xffff_ffff), fc.integer({ min: 0, max: 32 }))
          .map(([value, length]): AddressRange => {
            const size = 2 ** (32 - length);
            const lo = value - (value % size);
            return { family: 4, lo, hi: lo + size - 1 };
          }),
        fc.tuple(fc.bigInt(0n, (1n << 128n) - 1n), fc.bigInt(0n, 128n)).map(([value, bits]): AddressRange => {
          const lo = (value >> bits) << bits;
          return { family: 6, lo, hi: lo + (1n << bits) - 1n };
        }),
      ),
      { maxLength: 6 },
    )
    .map(addressSetOfRanges);

  it("obey the laws of set algebra", () => {
    fc.assert(
      fc.property(arbSet, arbSet, arbSet, (a, b, c) => {
        expect(equals(union(a, b, c), union(c, union(b, a)))).toBe(true);
        expect(equals(intersect(a, union(b, c)), union(intersect(a, b), intersect(a, c)))).toBe(true);
        expect(equals(subtract(a, union(b, c)), subtract(subtract(a, b), c))).toBe(true);
        expect(isEmpty(intersect(subtract(a, b), b))).toBe(true);
        expect(equals(union(subtract(a, b), intersect(a, b)), a)).toBe(true);
        expect(isSubset(a, b)).toBe(isEmpty(subtract(a, b)));
        expect(countAddresses(union(a, b)) + countAddresses(intersect(a, b))).toBe(
          countAddresses(a) + countAddresses(b),
        );
      }),
    );
  });

  it("never write two neighbours that could be one block", () => {
    fc.assert(
      fc.property(arbSet, (set) => {
        const blocks = toCidrs(set);
        expect(new Set(blocks).size).toBe(blocks.length);
        expect(toCidrs(addressSetOfCidrs(blocks))).toEqual(blocks);
      }),
    );
  });

  it.each([
    { add: ["10.0.0.0/25", "10.0.0.128/25"], want: ["10.0.0.0/24"] },
    { add: ["10.0.0.1", "10.0.0.2"], want: ["10.0.0.1/32", "10.0.0.2/32"] },
    { add: ["10.0.0.0/8", "10.1.0.0/16"], want: ["10.0.0.0/8"] },
    { add: ["0.0.0.0/1", "128.0.0.0/1"], want: ["0.0.0.0/0"] },
    { add: ["::/1", "8000::/1", "0.0.0.0/0"], want: ["0.0.0.0/0", "::/0"] },
    { add: ["2001:db8::1", "10.0.0.1", "2001:db8::"], want: ["10.0.0.1/32", "2001:db8::/127"] },
    { add: ["::ffff:10.0.0.1"], want: ["::ffff:10.0.0.1/128"] },
  ])("merge $add into $want", ({ add, want }) => expect(toCidrs(setOf(...add))).toEqual(want));

  it("answer what they contain", () => {
    const set = setOf("10.0.0.0/24", "2001:db8::/64");
    expect(contains(set, { family: 4, value: 0x0a00_00ff })).toBe(true);
    expect(contains(set, { family: 4, value: 0x0a00_0100 })).toBe(false);
    expect(contains(set, { family: 6, value: 0x0a00_00ffn })).toBe(false);
    expect(containsCidr(set, cidr("10.0.0.128/25"))).toBe(true);
    expect(containsCidr(set, cidr("10.0.0.0/23"))).toBe(false);
    expect(containsCidr(set, cidr("2001:db8::/65"))).toBe(true);
    expect(containsCidr(set, cidr("2001:db8::/63"))).toBe(false);
  });

  it("count each family apart, up to all of it", () => {
    const all = union(everyAddress(4), everyAddress(6));
    expect(countAddresses(all, 4)).toBe(1n << 32n);
    expect(countAddresses(all, 6)).toBe(1n << 128n);
    expect(countAddresses(all)).toBe((1n << 32n) + (1n << 128n));
    expect(isEmpty(subtract(all, all))).toBe(true);
    expect(countAddresses(EMPTY_SET)).toBe(0n);
  });

  it("are made of single addresses", () => {
    const set = addressSetOfAddresses([
      { family: 4, value: 3 },
      { family: 4, value: 2 },
      { family: 6, value: 2n },
      { family: 4, value: 2 },
    ]);
    expect(toCidrs(set)).toEqual(["0.0.0.2/31", "::2/128"]);
  });
});
