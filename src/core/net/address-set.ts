import type { Address, Family } from "./address.ts";
import { type AddressRange, type Cidr, type CidrBlock, cidrBlock, formatCidr, rangeOfBlock } from "./cidr.ts";
import { coverIpv4Range, coverIpv6Range } from "./cidr-cover.ts";
import {
  complementIntervals,
  type Domain,
  equalIntervals,
  intersectIntervals,
  intervalThatHolds,
  isSubsetOfIntervals,
  unionOfSorted,
} from "./interval-list.ts";

/**
 * An immutable set of IPv4 and IPv6 addresses, exact and canonical: the same addresses always give the same lists.
 * Both lists are flat inclusive ranges (lo, hi, lo, hi …), ascending, disjoint and not adjacent.
 */
export interface AddressSet {
  readonly v4: Uint32Array;
  readonly v6: readonly bigint[];
}

const LAST4 = 0xffff_ffff;
const LAST6 = (1n << 128n) - 1n;
const V4: Domain<number> = { first: 0, last: LAST4, next: (v) => v + 1, previous: (v) => v - 1 };
const V6: Domain<bigint> = { first: 0n, last: LAST6, next: (v) => v + 1n, previous: (v) => v - 1n };

/** The set without any address. */
export const EMPTY_SET: AddressSet = { v4: new Uint32Array(0), v6: [] };

const EVERY: Record<Family, AddressSet> = {
  4: { v4: Uint32Array.of(0, LAST4), v6: [] },
  6: { v4: EMPTY_SET.v4, v6: [0n, LAST6] },
};

/** Every address of one family: `0.0.0.0/0` or `::/0`. */
export function everyAddress(family: Family): AddressSet {
  return EVERY[family];
}

/** The union of inclusive ranges in any order; a range whose `hi` is below its `lo` holds nothing. */
export function addressSetOfRanges(ranges: Iterable<AddressRange>): AddressSet {
  const low4: number[] = [];
  const high4: number[] = [];
  const low6: bigint[] = [];
  const high6: bigint[] = [];
  for (const range of ranges) {
    if (range.lo > range.hi) continue;
    if (range.family === 4) {
      low4.push(range.lo);
      high4.push(range.hi);
    } else {
      low6.push(range.lo);
      high6.push(range.hi);
    }
  }
  return fromEnds(Uint32Array.from(low4), Uint32Array.from(high4), low6, high6);
}

/** The union of CIDR blocks in any order. */
export function addressSetOfCidrs(cidrs: Iterable<Cidr>): AddressSet {
  const ranges: AddressRange[] = [];
  for (const cidr of cidrs) ranges.push(rangeOfBlock(cidrBlock(cidr)));
  return addressSetOfRanges(ranges);
}

/** The set of single addresses in any order. */
export function addressSetOfAddresses(addresses: Iterable<Address>): AddressSet {
  const ranges: AddressRange[] = [];
  for (const address of addresses) {
    ranges.push(
      address.family === 4
        ? { family: 4, lo: address.value, hi: address.value }
        : { family: 6, lo: address.value, hi: address.value },
    );
  }
  return addressSetOfRanges(ranges);
}

/** Sorts the ends of ranges, IPv4 in place, and joins them. */
function fromEnds(low4: Uint32Array, high4: Uint32Array, low6: bigint[], high6: bigint[]): AddressSet {
  return {
    v4: Uint32Array.from(unionOfSorted(V4, low4.sort(), high4.sort())),
    v6: unionOfSorted(V6, low6.sort(compare), high6.sort(compare)),
  };
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The addresses that are in at least one of the sets. */
export function union(...sets: readonly AddressSet[]): AddressSet {
  const filled = sets.filter((set) => !isEmpty(set));
  if (filled.length === 0) return EMPTY_SET;
  const [only] = filled;
  if (only !== undefined && filled.length === 1) return only;
  const total4 = filled.reduce((sum, set) => sum + set.v4.length / 2, 0);
  const low4 = new Uint32Array(total4);
  const high4 = new Uint32Array(total4);
  const low6: bigint[] = [];
  const high6: bigint[] = [];
  let filled4 = 0;
  for (const { v4, v6 } of filled) {
    for (let at = 0; at < v4.length; at += 2) {
      low4[filled4] = v4[at] as number;
      high4[filled4] = v4[at + 1] as number;
      filled4 += 1;
    }
    for (let at = 0; at < v6.length; at += 2) {
      low6.push(v6[at] as bigint);
      high6.push(v6[at + 1] as bigint);
    }
  }
  return fromEnds(low4, high4, low6, high6);
}

/** The addresses that are in both sets. */
export function intersect(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: Uint32Array.from(intersectIntervals(a.v4, b.v4)), v6: intersectIntervals(a.v6, b.v6) };
}

/** The addresses of `from` that are not in `taken`. */
export function subtract(from: AddressSet, taken: AddressSet): AddressSet {
  return intersect(from, {
    v4: Uint32Array.from(complementIntervals(V4, taken.v4)),
    v6: complementIntervals(V6, taken.v6),
  });
}

/** Whether the address is in the set. */
export function contains(set: AddressSet, address: Address): boolean {
  return address.family === 4
    ? intervalThatHolds(set.v4, address.value, address.value) >= 0
    : intervalThatHolds(set.v6, address.value, address.value) >= 0;
}

/** Whether every address of the block is in the set. */
export function containsCidr(set: AddressSet, cidr: Cidr): boolean {
  const range = rangeOfBlock(cidrBlock(cidr));
  return range.family === 4
    ? intervalThatHolds(set.v4, range.lo, range.hi) >= 0
    : intervalThatHolds(set.v6, range.lo, range.hi) >= 0;
}

/** Whether every address of `inner` is in `outer`. */
export function isSubset(inner: AddressSet, outer: AddressSet): boolean {
  return isSubsetOfIntervals(inner.v4, outer.v4) && isSubsetOfIntervals(inner.v6, outer.v6);
}

/** Whether the two sets hold the same addresses. */
export function equals(a: AddressSet, b: AddressSet): boolean {
  return equalIntervals(a.v4, b.v4) && equalIntervals(a.v6, b.v6);
}

/** Whether the set holds no address. */
export function isEmpty(set: AddressSet): boolean {
  return set.v4.length === 0 && set.v6.length === 0;
}

/** The number of addresses in the set, of both families or of the one given. */
export function countAddresses(set: AddressSet, family?: Family): bigint {
  let count = 0n;
  if (family !== 6) {
    for (let at = 0; at < set.v4.length; at += 2) {
      count += BigInt((set.v4[at + 1] as number) - (set.v4[at] as number) + 1);
    }
  }
  if (family !== 4) {
    for (let at = 0; at < set.v6.length; at += 2) {
      count += (set.v6[at + 1] as bigint) - (set.v6[at] as bigint) + 1n;
    }
  }
  return count;
}

/** The addresses as inclusive ranges, as long as they can be: IPv4 first, ascending. */
export function toRanges(set: AddressSet): AddressRange[] {
  const out: AddressRange[] = [];
  for (let at = 0; at < set.v4.length; at += 2) {
    out.push({ family: 4, lo: set.v4[at] as number, hi: set.v4[at + 1] as number });
  }
  for (let at = 0; at < set.v6.length; at += 2) {
    out.push({ family: 6, lo: set.v6[at] as bigint, hi: set.v6[at + 1] as bigint });
  }
  return out;
}

/** The fewest blocks that hold exactly these addresses: IPv4 first, ascending. */
export function toCidrBlocks(set: AddressSet): CidrBlock[] {
  const out: CidrBlock[] = [];
  for (const range of toRanges(set)) {
    if (range.family === 4) coverIpv4Range(range.lo, range.hi, out);
    else coverIpv6Range(range.lo, range.hi, out);
  }
  return out;
}

/** {@link toCidrBlocks} as canonical text. */
export function toCidrs(set: AddressSet): Cidr[] {
  return toCidrBlocks(set).map(formatCidr);
}
