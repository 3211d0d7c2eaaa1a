import type { CidrBlock } from "./cidr.ts";

/**
 * The prefix length of the largest IPv4 block that begins at `lo` and ends at `hi` or before.
 *
 * @returns 0 to 32
 */
export function ipv4BlockLength(lo: number, hi: number): number {
  const aligned = lo === 0 ? 0 : 1 + Math.clz32(lo & -lo);
  const size = hi - lo + 1;
  const fits = size > 0xffff_ffff ? 0 : 1 + Math.clz32(size);
  return Math.max(aligned, fits);
}

/** Appends to `out` the fewest IPv4 blocks that make up `lo … hi`, ascending. */
export function coverIpv4Range(lo: number, hi: number, out: CidrBlock[]): void {
  let base = lo;
  while (base <= hi) {
    const length = ipv4BlockLength(base, hi);
    out.push({ family: 4, base, length });
    base += 2 ** (32 - length);
  }
}

/** Appends to `out` the fewest IPv6 blocks that make up `lo … hi`, ascending. */
export function coverIpv6Range(lo: bigint, hi: bigint, out: CidrBlock[]): void {
  let base = lo;
  while (base <= hi) {
    let bits = 0n;
    while (bits < 128n && fits(base, bits + 1n, hi)) bits += 1n;
    out.push({ family: 6, base, length: 128 - Number(bits) });
    base += 1n << bits;
  }
}

/** Whether a block of 2^bits addresses may begin at `base` and end at `hi` or before. */
function fits(base: bigint, bits: bigint, hi: bigint): boolean {
  const mask = (1n << bits) - 1n;
  return (base & mask) === 0n && base + mask <= hi;
}
