import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressSetOfRanges, toCidrs } from "./address-set.ts";
import { formatCidr, rangeOfBlock } from "./cidr.ts";
import { formatIpv4 } from "./ipv4-text.ts";
import { mergeCidrTexts } from "./merge-cidr-texts.ts";
import { type Ipv4Blocks, mergeIpv4Addresses, mergeIpv4Blocks } from "./merge-cidrs.ts";
import { sortUint32 } from "./sort-uint32.ts";

const texts = (blocks: Ipv4Blocks): string[] =>
  Array.from(blocks.bases, (base, at) => formatCidr({ family: 4, base, length: blocks.lengths[at] ?? -1 }));
const slow = (addresses: readonly number[]): string[] =>
  toCidrs(addressSetOfRanges(addresses.map((value) => ({ family: 4, lo: value, hi: value }))));

const clustered = fc
  .tuple(fc.constantFrom(0, 0x0a00_0000, 0xffff_fff0, 0x7fff_fff8), fc.nat(15))
  .map(([base, step]) => base + step);
const anywhere = fc.nat(0xffff_ffff);

describe("mergeIpv4Addresses", () => {
  it("agrees with the address set on clustered addresses", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(clustered, anywhere), { maxLength: 60 }), (addresses) => {
        expect(texts(mergeIpv4Addresses(Uint32Array.from(addresses)))).toEqual(slow(addresses));
      }),
    );
  });

  it("agrees with the address set on a hundred thousand shuffled addresses", () => {
    const addresses = Array.from(
      { length: 100_000 },
      (_, at) => (Math.imul(at, 0x9e37_79b1) >>> 0) % 150_000,
    );
    const wide = addresses.map((value, at) => (at % 5 === 0 ? (value * 28_631) >>> 0 : value));
    expect(texts(mergeIpv4Addresses(Uint32Array.from(wide)))).toEqual(slow(wide));
  });

  it("agrees with the address set on dense addresses, page by page", () => {
    const steps = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3000, maxLength: 4000 });
    const starts = fc.constantFrom(
      [0],
      [0xffff_0000 - 1000],
      [0x0a00_ff00, 0x0a05_0000],
      [0x7fff_f000, 0xffff_ff00],
    );
    fc.assert(
      fc.property(steps, starts, (gaps, bases) => {
        const addresses = bases.flatMap((base) =>
          gaps.map((gap, at) => Math.min(base + at * 2 + gap, 0xffff_ffff)),
        );
        const got = mergeIpv4Addresses(Uint32Array.from(addresses.toReversed()));
        expect(texts(got)).toEqual(slow(addresses));
      }),
      { numRuns: 30 },
    );
  });

  it("leaves its input alone", () => {
    const addresses = Uint32Array.of(3, 2, 1);
    mergeIpv4Addresses(addresses);
    expect([...addresses]).toEqual([3, 2, 1]);
  });
});

describe("mergeIpv4Blocks", () => {
  it("agrees with the address set on nested and neighbouring blocks", () => {
    const block = fc
      .tuple(fc.oneof(clustered, anywhere), fc.integer({ min: 0, max: 32 }))
      .map(([value, length]) => {
        const size = 2 ** (32 - length);
        return { family: 4 as const, base: value - (value % size), length };
      });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), (blocks) => {
        const merged = mergeIpv4Blocks({
          bases: Uint32Array.from(blocks, (b) => b.base),
          lengths: Uint8Array.from(blocks, (b) => b.length),
        });
        expect(texts(merged)).toEqual(toCidrs(addressSetOfRanges(blocks.map(rangeOfBlock))));
        expect(mergeCidrTexts(blocks.map(formatCidr))).toEqual({ ok: true, value: texts(merged) });
      }),
    );
  });
});

describe("mergeCidrTexts", () => {
  it.each([
    { add: [], want: [] },
    { add: ["10.0.0.1", "10.0.0.0/32", " 10.0.0.2/31 "], want: ["10.0.0.0/30"] },
    { add: ["2001:db8::1", "2001:db8::", "0.0.0.0/1", "128.0.0.0/1"], want: ["0.0.0.0/0", "2001:db8::/127"] },
    { add: ["10.0.0.0/8", "10.0.0.1/8"], want: "CIDR_HOST_BITS" },
    { add: ["10.0.0.0/33"], want: "CIDR_SYNTAX" },
    { add: ["10.0.0.0/032"], want: "CIDR_SYNTAX" },
    { add: ["10.0.0.0/08"], want: "CIDR_SYNTAX" },
    { add: ["10.0.0.0/"], want: "CIDR_SYNTAX" },
    { add: ["10.0.0.0/3x"], want: "CIDR_SYNTAX" },
    { add: ["::1/129"], want: "CIDR_SYNTAX" },
  ])("merges $add into $want", ({ add, want }) => {
    const merged = mergeCidrTexts(add);
    expect(merged.ok ? merged.value : merged.error.code).toEqual(want);
  });
});

describe("sortUint32", () => {
  it("sorts as a comparison sort does, above and below its small size", () => {
    for (const length of [0, 1, 2, 100, 5000, 70_000]) {
      for (const shift of [0, 8, 21]) {
        const values = Uint32Array.from({ length }, (_, at) => Math.imul(at, 0x9e37_79b1) >>> shift);
        expect(sortUint32(values.slice())).toEqual(values.slice().sort());
      }
    }
    expect(formatIpv4(0xffff_ffff)).toBe("255.255.255.255");
  });
});
