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
  for (let w = 0; w < within.length; w += 2) {
    const low = within[w] as V;
    const high = within[w + 1] as V;
    for (let at = firstEndingFrom(list, 0, low); at < list.length; at += 2) {
      const from = list[at] as V;
      const to = list[at + 1] as V;
      if (from > high) break;
      out.push(from > low ? from : low, to < high ? to : high);
    }
  }
  return out;
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
    v4: without(
      V4,
      (v) => v + 1,
      (v) => v - 1,
      set.v4,
      within.v4,
    ),
    v6: without(
      V6,
      (v) => v + 1n,
      (v) => v - 1n,
      set.v6,
      within.v6,
    ),
  };
  return mergeAddressSets(rest, content);
}

function without<V, L extends ArrayLike<V>>(
  family: Family<V, L>,
  next: (value: V) => V,
  previous: (value: V) => V,
  list: L,
  taken: L,
): L {
  if (taken.length === 0) return list;
  const out = family.room(list.length + taken.length);
  let end = 0;
  let from = 0;
  /** Where the interval at `from` begins after its head was taken. */
  let cut: V | undefined;
  const keep = (until: number): void => {
    family.copy(out, end, list, from, until);
    if (until > from && cut !== undefined) out[end] = cut;
    if (until > from) cut = undefined;
    end += until - from;
    from = until;
  };
  for (let t = 0; t < taken.length; t += 2) {
    const low = taken[t] as V;
    const high = taken[t + 1] as V;
    keep(firstEndingFrom(list, from, low));
    while (from < list.length && (cut ?? (list[from] as V)) <= high) {
      const start = cut ?? (list[from] as V);
      const stop = list[from + 1] as V;
      if (start < low) {
        out[end] = start;
        out[end + 1] = previous(low);
        end += 2;
      }
      if (stop > high) {
        cut = next(high);
        break;
      }
      cut = undefined;
      from += 2;
    }
  }
  keep(list.length);
  return family.trimmed(out, end);
}
