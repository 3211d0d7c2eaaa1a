import { ipv4BlockLength } from "./cidr-cover.ts";
import { rangesOfClustered } from "./ipv4-bitmap.ts";
import { sortUint32 } from "./sort-uint32.ts";

/** IPv4 CIDR blocks as columns: first address (unsigned) and prefix length (0 to 32) of block i. */
export interface Ipv4Blocks {
  readonly bases: Uint32Array;
  readonly lengths: Uint8Array;
}

/**
 * The fewest IPv4 blocks that hold exactly these addresses (any order, duplicates welcome), ascending.
 * Made for millions of addresses: linear time, no strings; the input is not changed.
 */
export function mergeIpv4Addresses(addresses: Uint32Array): Ipv4Blocks {
  const out = new BlockList(Math.max(64, addresses.length >>> 3));
  if (rangesOfClustered(addresses, (low, high) => out.addRange(low, high))) return out.blocks();
  const sorted = sortUint32(addresses.slice());
  return cover(sorted, sorted);
}

/** The fewest IPv4 blocks that hold exactly the addresses of these blocks (host bits must be clear), ascending. */
export function mergeIpv4Blocks(blocks: Ipv4Blocks): Ipv4Blocks {
  const { bases, lengths } = blocks;
  const lasts = new Uint32Array(bases.length);
  for (let at = 0; at < bases.length; at += 1) {
    const length = lengths[at] as number;
    lasts[at] = (bases[at] as number) | (length === 0 ? 0xffff_ffff : (1 << (32 - length)) - 1);
  }
  return cover(sortUint32(bases.slice()), sortUint32(lasts));
}

/** Covers the union of ranges whose beginnings and ends are sorted each by itself (see `unionOfSorted`). */
function cover(lows: Uint32Array, highs: Uint32Array): Ipv4Blocks {
  const out = new BlockList(Math.max(64, lows.length >>> 3));
  if (lows.length === 0) return out.blocks();
  let low = lows[0] as number;
  for (let at = 1; at < lows.length; at += 1) {
    const next = lows[at] as number;
    const before = highs[at - 1] as number;
    if (before + 1 < next) {
      out.addRange(low, before);
      low = next;
    }
  }
  out.addRange(low, highs[highs.length - 1] as number);
  return out.blocks();
}

/** A growing list of blocks. */
class BlockList {
  #bases: Uint32Array;
  #lengths: Uint8Array;
  #size = 0;

  constructor(capacity: number) {
    this.#bases = new Uint32Array(capacity);
    this.#lengths = new Uint8Array(capacity);
  }

  /** Appends the fewest blocks that make up `low … high`: 62 at most. */
  addRange(low: number, high: number): void {
    if (this.#size + 62 > this.#bases.length) this.#grow();
    let base = low;
    let size = this.#size;
    while (base <= high) {
      const length = ipv4BlockLength(base, high);
      this.#bases[size] = base;
      this.#lengths[size] = length;
      size += 1;
      base += 2 ** (32 - length);
    }
    this.#size = size;
  }

  #grow(): void {
    const capacity = this.#bases.length * 2 + 64;
    const bases = new Uint32Array(capacity);
    const lengths = new Uint8Array(capacity);
    bases.set(this.#bases);
    lengths.set(this.#lengths);
    this.#bases = bases;
    this.#lengths = lengths;
  }

  blocks(): Ipv4Blocks {
    return { bases: this.#bases.slice(0, this.#size), lengths: this.#lengths.slice(0, this.#size) };
  }
}
