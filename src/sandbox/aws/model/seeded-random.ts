/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export type Random = () => number;

/** A generator whose answers depend on `seed` alone. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Mints every identifier of the sandbox from one seed: same calls, same ids. */
export class IdGenerator {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** `length` hexadecimal digits. */
  hex(length: number): string {
    let digits = "";
    while (digits.length < length) digits += Math.floor(this.#random() * 16).toString(16);
    return digits;
  }

  /** An EC2 style id: the prefix, a hyphen and 17 hexadecimal digits of which the first is 0. */
  ec2(prefix: string): string {
    return `${prefix}-0${this.hex(16)}`;
  }

  /** A random-looking UUID of version 4. */
  uuid(): string {
    const d = this.hex(32);
    return `${d.slice(0, 8)}-${d.slice(8, 12)}-4${d.slice(13, 16)}-a${d.slice(17, 20)}-${d.slice(20, 32)}`;
  }

  /** `length` characters A–Z and 2–7, as in access keys and DbiResourceIds. */
  base32(length: number): string {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let text = "";
    while (text.length < length) text += alphabet[Math.floor(this.#random() * 32)] ?? "A";
    return text;
  }
}
