/** Where new ids come from; same seed, same ids. */
export interface IdSource {
  /** The next integer id of one collection, as text: ids may have 17 digits and must never become a number. */
  integer(collection: string): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Adjacent ids above this lose their difference when a client reads them as a JavaScript number. */
const BIG_ID_BASE = 10_000_000_000_000_000n;

/**
 * Ids from a seed.
 *
 * @param seed any 32-bit integer
 * @param bigIds true for integer ids of 17 digits, as seen on PCE 25.2
 */
export function createIdSource(seed: number, bigIds: boolean): IdSource {
  const counters = new Map<string, bigint>();
  const random = mulberry32(seed);
  return {
    integer(collection) {
      const next = (counters.get(collection) ?? 1n) + 1n;
      counters.set(collection, next);
      return String(bigIds ? BIG_ID_BASE + next : next);
    },
    uuid: () => uuidFrom(random),
  };
}

function uuidFrom(random: () => number): string {
  const digits = Array.from({ length: 4 }, () => random().toString(16).padStart(8, "0")).join("");
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
