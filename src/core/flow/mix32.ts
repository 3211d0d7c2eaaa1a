/** Mixes two 32-bit words into one whose every bit depends on every bit of both: for hash tables only. */
export function mix32(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b ^ 0x2f0b_4c47, 0x85eb_ca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2_ae3d);
  return hash ^ (hash >>> 16);
}
