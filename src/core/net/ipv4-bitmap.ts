/** Addresses of one /16, one bit each, make a page of this many words. */
const PAGE_WORDS = 2048;
/** A page pays when this many addresses share it: below that, sorting them is cheaper than scanning it. */
const WORTH = 512;

/** Takes an inclusive range of IPv4 addresses. */
export type RangeSink = (low: number, high: number) => void;

/**
 * Finds the runs of consecutive addresses among clustered ones (any order, repeats welcome), ascending, by setting a
 * bit for each: no sorting.
 *
 * @returns false, with nothing handed over, when the addresses are too scattered for that
 */
export function rangesOfClustered(addresses: Uint32Array, sink: RangeSink): boolean {
  const pageOf = new Int32Array(65_536);
  const prefixes = numberPages(addresses, pageOf);
  if (prefixes.length * WORTH > addresses.length) return false;
  const bits = setBits(addresses, pageOf, prefixes.length);
  const runs = new RunFinder(sink);
  let next = 0;
  for (const [page, prefix] of prefixes.entries()) {
    if (prefix !== next) runs.endAt(next * 65_536);
    next = prefix + 1;
    for (let word = 0; word < PAGE_WORDS; word += 1) {
      runs.word(prefix * 65_536 + word * 32, bits[page * PAGE_WORDS + word] as number);
    }
  }
  runs.endAt(next * 65_536);
  return true;
}

/** Gives each /16 in use its page number in `pageOf`; answers the prefixes of the pages, ascending. */
function numberPages(addresses: Uint32Array, pageOf: Int32Array): number[] {
  for (let at = 0; at < addresses.length; at += 1) pageOf[(addresses[at] as number) >>> 16] = 1;
  const prefixes: number[] = [];
  for (let prefix = 0; prefix < pageOf.length; prefix += 1) {
    if (pageOf[prefix] === 0) continue;
    pageOf[prefix] = prefixes.length;
    prefixes.push(prefix);
  }
  return prefixes;
}

function setBits(addresses: Uint32Array, pageOf: Int32Array, pages: number): Int32Array {
  const bits = new Int32Array(pages * PAGE_WORDS);
  for (let at = 0; at < addresses.length; at += 1) {
    const address = addresses[at] as number;
    const word = (pageOf[address >>> 16] as number) * PAGE_WORDS + ((address >>> 5) & (PAGE_WORDS - 1));
    bits[word] = (bits[word] as number) | (1 << (address & 31));
  }
  return bits;
}

/** Follows runs of ones through the words of a bitmap. */
class RunFinder {
  readonly #sink: RangeSink;
  /** First address of the run that is not over, or -1. */
  #start = -1;

  constructor(sink: RangeSink) {
    this.#sink = sink;
  }

  /** Ends a run before `address`. */
  endAt(address: number): void {
    if (this.#start < 0) return;
    this.#sink(this.#start, address - 1);
    this.#start = -1;
  }

  /** Takes the next 32 bits; the lowest stands for the address `base`. */
  word(base: number, word: number): void {
    if (word === 0) {
      this.endAt(base);
    } else if (word === -1) {
      if (this.#start < 0) this.#start = base;
    } else {
      this.#mixedWord(base, word);
    }
  }

  #mixedWord(base: number, word: number): void {
    // A one wherever a bit differs from the one below it: each is an end of a run.
    const carry = this.#start < 0 ? 0 : 1;
    let ends = word ^ ((word << 1) | carry);
    while (ends !== 0) {
      const address = base + 31 - Math.clz32(ends & -ends);
      if (this.#start < 0) this.#start = address;
      else this.endAt(address);
      ends &= ends - 1;
    }
  }
}
