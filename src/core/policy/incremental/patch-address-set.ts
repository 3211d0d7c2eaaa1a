import { type AddressSet, equals, isEmpty, subtract } from "../../net/address-set.ts";
import { EVERYTHING } from "../ip-list-addresses.ts";
import { mergeAddressSets, V4, V6 } from "../merge-address-sets.ts";
import { type Family, firstEndingFrom } from "../merge-sorted.ts";

/** The addresses in both sets. Quick when one of them is small. */
export function clip(set: AddressSet, within: AddressSet): AddressSet {
  return {
    v4: Uint32Array.from(clipped<number>(set.v4, within.v4)),
    v6: clipped<bigint>(set.v6, within.v6),
  };
}

/** The addresses of `set` that are not in `taken`. Quick when one of them is small. */
export function minus(set: AddressSet, taken: AddressSet): AddressSet {
  const small = taken.v4.length + taken.v6.length <= set.v4.length + set.v6.length;
  return small ? clip(set, subtract(EVERYTHING, taken)) : subtract(set, clip(taken, set));
}

function clipped<V>(a: ArrayLike<V>, b: ArrayLike<V>): V[] {
  const [list, within] = a.length < b.length ? [b, a] : [a, b];
  const out: V[] = [];
  for (let at = 0; at < within.length; at += 2) {
    addOverlaps(out, list, within[at] as V, within[at + 1] as V);
  }
  return out;
}

function addOverlaps<V>(out: V[], list: ArrayLike<V>, low: V, high: V): void {
  for (let at = firstEndingFrom(list, 0, low); at < list.length; at += 2) {
    const from = list[at] as V;
    const to = list[at + 1] as V;
    if (from > high) return;
    out.push(from > low ? from : low, to < high ? to : high);
  }
}

/**
 * The set with all of `within` replaced by `content`, which must lie in it. Copies whole stretches, so it is quick when
 * `within` is small. Gives `set` itself back when nothing would change.
 */
export function patch(set: AddressSet, within: AddressSet, content: AddressSet): AddressSet {
  const now = clip(set, within);
  if (equals(now, content)) return set;
  if (isEmpty(now)) return mergeAddressSets(set, content);
  const rest = {
    v4: new Cutting(V4, { next: (v) => v + 1, previous: (v) => v - 1 }, set.v4).without(within.v4),
    v6: new Cutting(V6, { next: (v) => v + 1n, previous: (v) => v - 1n }, set.v6).without(within.v6),
  };
  return mergeAddressSets(rest, content);
}

interface Neighbours<V> {
  readonly next: (value: V) => V;
  readonly previous: (value: V) => V;
}

/** A list from which intervals are taken, first to last; what lies between them is copied in whole stretches. */
class Cutting<V, L extends ArrayLike<V>> {
  readonly #family: Family<V, L>;
  readonly #to: Neighbours<V>;
  readonly #list: L;
  #out: { [at: number]: V } = [];
  #end = 0;
  #from = 0;
  /** Where the interval at `#from` begins after its head was taken. */
  #cut: V | undefined;

  constructor(family: Family<V, L>, to: Neighbours<V>, list: L) {
    this.#family = family;
    this.#to = to;
    this.#list = list;
  }

  without(taken: ArrayLike<V>): L {
    if (taken.length === 0) return this.#list;
    this.#out = this.#family.room(this.#list.length + taken.length);
    for (let at = 0; at < taken.length; at += 2) this.#take(taken[at] as V, taken[at + 1] as V);
    this.#keep(this.#list.length);
    return this.#family.trimmed(this.#out, this.#end);
  }

  #take(low: V, high: V): void {
    const list = this.#list;
    this.#keep(firstEndingFrom(list, this.#from, low));
    while (this.#from < list.length) {
      const start = this.#cut ?? (list[this.#from] as V);
      const stop = list[this.#from + 1] as V;
      if (start > high) return;
      if (start < low) this.#add(start, this.#to.previous(low));
      if (stop > high) {
        this.#cut = this.#to.next(high);
        return;
      }
      this.#cut = undefined;
      this.#from += 2;
    }
  }

  #add(low: V, high: V): void {
    this.#out[this.#end] = low;
    this.#out[this.#end + 1] = high;
    this.#end += 2;
  }

  #keep(until: number): void {
    if (until <= this.#from) return;
    this.#family.copy(this.#out, this.#end, this.#list, this.#from, until);
    if (this.#cut !== undefined) this.#out[this.#end] = this.#cut;
    this.#cut = undefined;
    this.#end += until - this.#from;
    this.#from = until;
  }
}
