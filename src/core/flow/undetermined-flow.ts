import { A_HAS_NO_PORT, A_IS_IPV6, B_HAS_NO_PORT, B_IS_IPV6, SAW_FROM_A, SAW_FROM_B } from "./row-layout.ts";

/**
 * Records of both directions must meet in one row before it is known who opened the connection, so the two ends have a
 * fixed order: IPv4 first, then by address word, then by port.
 *
 * @returns whether B comes before A
 */
export function isOutOfOrder(a: number, b: number, ports: number, meta: number): boolean {
  const families = (meta & A_IS_IPV6) - (meta & B_IS_IPV6) / 2;
  if (families !== 0) return families > 0;
  if (a !== b) return a >>> 0 > b >>> 0;
  return ports >>> 16 > (ports & 0xffff);
}

/** The ports of a row whose ends change places. */
export function swappedPorts(ports: number): number {
  return (ports << 16) | (ports >>> 16);
}

const SIDE_BITS = A_IS_IPV6 | B_IS_IPV6 | A_HAS_NO_PORT | B_HAS_NO_PORT;

/** The META word of a row whose ends change places. */
export function swappedMeta(meta: number): number {
  const toB = (meta & (A_IS_IPV6 | A_HAS_NO_PORT)) << 1;
  const toA = (meta & (B_IS_IPV6 | B_HAS_NO_PORT)) >>> 1;
  return (meta & ~SIDE_BITS) | toB | toA;
}

/** The SAW word of a row whose ends change places. */
export function swappedSaw(saw: number): number {
  const toB = (saw & SAW_FROM_A) << 1;
  const toA = (saw & SAW_FROM_B) >>> 1;
  return (saw & ~(SAW_FROM_A | SAW_FROM_B)) | toB | toA;
}

/** A row's key with its ends in the fixed order. */
export function canonicalEnds(
  a: number,
  b: number,
  ports: number,
  meta: number,
): { a: number; b: number; ports: number; meta: number; swapped: boolean } {
  if (!isOutOfOrder(a, b, ports, meta)) return { a, b, ports, meta, swapped: false };
  return { a: b, b: a, ports: swappedPorts(ports), meta: swappedMeta(meta), swapped: true };
}
