import type { AddressSet } from "../net/address-set.ts";
import { type Family, mergeSorted } from "./merge-sorted.ts";

/** Lists of IPv4 addresses. */
export const V4: Family<number, Uint32Array> = {
  joins: (high, low) => low <= high + 1,
  room: (length) => new Uint32Array(length),
  trimmed: (list, length) => {
    const all = list as Uint32Array;
    // A copy costs more than the few entries of room that it would give back.
    return all.length - length <= length >>> 4 ? all.subarray(0, length) : all.slice(0, length);
  },
  copy: (to, at, from, start, end) => (to as Uint32Array).set(from.subarray(start, end), at),
};

/** Lists of IPv6 addresses. */
export const V6: Family<bigint, readonly bigint[]> = {
  joins: (high, low) => low <= high || low === high + 1n,
  room: () => [],
  trimmed: (list, length) => (list as bigint[]).slice(0, length),
  copy: (to, at, from, start, end) => {
    for (let offset = 0; start + offset < end; offset += 1) to[at + offset] = from[start + offset] as bigint;
  },
};

/**
 * The union of two sets that are sorted already, without sorting again. A set that holds the other is given back as
 * it is, so that many unions over a large common part share its memory.
 */
export function mergeAddressSets(a: AddressSet, b: AddressSet): AddressSet {
  const v4 = mergeSorted(V4, a.v4, b.v4);
  const v6 = mergeSorted(V6, a.v6, b.v6);
  if (isSame(v4, a.v4) && isSame(v6, a.v6)) return a;
  return isSame(v4, b.v4) && isSame(v6, b.v6) ? b : { v4, v6 };
}

function isSame<V>(a: ArrayLike<V>, b: ArrayLike<V>): boolean {
  return a === b || (a.length === 0 && b.length === 0);
}
