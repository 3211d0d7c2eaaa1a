import { mix32 } from "./mix32.ts";

const EMPTY = 0;

/** Numbers IPv6 addresses in the order in which they are met, so that a flow's row can hold one word for each. */
export class Ipv6Index {
  /** Four big-endian words an address. */
  #words = new Int32Array(4 * 64);
  #slots = new Int32Array(128);
  #size = 0;

  /** How many addresses there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of the address made of four 32-bit words, most significant first. */
  indexOf(w0: number, w1: number, w2: number, w3: number): number {
    const mask = this.#slots.length - 1;
    let slot = mix32(mix32(w0, w1), mix32(w2, w3)) & mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === EMPTY) return this.#add(slot, w0, w1, w2, w3);
      if (this.#is((entry - 1) * 4, w0, w1, w2, w3)) return entry - 1;
      slot = (slot + 1) & mask;
    }
  }

  #is(at: number, w0: number, w1: number, w2: number, w3: number): boolean {
    const words = this.#words;
    return words[at] === w0 && words[at + 1] === w1 && words[at + 2] === w2 && words[at + 3] === w3;
  }

  #add(slot: number, w0: number, w1: number, w2: number, w3: number): number {
    const index = this.#size;
    if (index * 4 === this.#words.length) this.#words = grown(this.#words);
    this.#words.set([w0, w1, w2, w3], index * 4);
    this.#slots[slot] = index + 1;
    this.#size = index + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return index;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    const words = this.#words;
    for (let index = 0; index < this.#size; index += 1) {
      const at = index * 4;
      const high = mix32(words[at] as number, words[at + 1] as number);
      let slot = mix32(high, mix32(words[at + 2] as number, words[at + 3] as number)) & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }

  /** The address with this number, as an unsigned 128-bit integer. */
  valueOf(index: number): bigint {
    let value = 0n;
    for (let word = 0; word < 4; word += 1) {
      value = (value << 32n) | BigInt((this.#words[index * 4 + word] as number) >>> 0);
    }
    return value;
  }

  /** The words of all addresses, four each, in order: a copy that can be sent to another thread. */
  data(): Int32Array {
    return this.#words.slice(0, this.#size * 4);
  }
}

/** For each address of another index's `data`, its number in `index`. */
export function numbersOf(data: Int32Array, index: Ipv6Index): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < data.length; at += 4) {
    numbers.push(
      index.indexOf(
        data[at] as number,
        data[at + 1] as number,
        data[at + 2] as number,
        data[at + 3] as number,
      ),
    );
  }
  return numbers;
}

function grown(words: Int32Array): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(words.length * 2);
  bigger.set(words);
  return bigger;
}
