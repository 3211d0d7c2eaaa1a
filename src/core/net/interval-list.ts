/**
 * Sets of integers as flat lists of inclusive intervals: lo, hi, lo, hi …, ascending, disjoint, not adjacent.
 * Written once for IPv4 (numbers) and IPv6 (bigints); a {@link Domain} says where the integers begin and end.
 */
export interface Domain<V> {
  readonly first: V;
  readonly last: V;
  /** The integer after `value`; never called on `last`. */
  readonly next: (value: V) => V;
  /** The integer before `value`; never called on `first`. */
  readonly previous: (value: V) => V;
}

/** A flat list of intervals. */
export type Intervals<V> = ArrayLike<V>;

/**
 * The union of intervals given as two lists, each sorted by itself: all beginnings, all ends.
 *
 * The i-th component ends before the beginning `lows[i]` exactly when i ends lie more than one below it, so which end
 * belongs to which beginning does not matter, and two plain sorts are all that is needed.
 */
export function unionOfSorted<V>(domain: Domain<V>, lows: ArrayLike<V>, highs: ArrayLike<V>): V[] {
  const out: V[] = [];
  if (lows.length === 0) return out;
  out.push(lows[0] as V);
  for (let at = 1; at < lows.length; at += 1) {
    const low = lows[at] as V;
    const before = highs[at - 1] as V;
    if (before < low && domain.next(before) < low) out.push(before, low);
  }
  out.push(highs[highs.length - 1] as V);
  return out;
}

/** The integers in both lists. */
export function intersectIntervals<V>(a: Intervals<V>, b: Intervals<V>): V[] {
  const out: V[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const aHigh = a[i + 1] as V;
    const bHigh = b[j + 1] as V;
    const low = larger(a[i] as V, b[j] as V);
    const high = smaller(aHigh, bHigh);
    if (low <= high) out.push(low, high);
    if (aHigh <= bHigh) i += 2;
    if (bHigh <= aHigh) j += 2;
  }
  return out;
}

// Not Math.max and Math.min: they do not take bigints.
function larger<V>(a: V, b: V): V {
  return a > b ? a : b;
}

function smaller<V>(a: V, b: V): V {
  return b > a ? a : b;
}

/** The integers that are not in the list. */
export function complementIntervals<V>(domain: Domain<V>, list: Intervals<V>): V[] {
  const out: V[] = [];
  let from = domain.first;
  for (let at = 0; at < list.length; at += 2) {
    const low = list[at] as V;
    const high = list[at + 1] as V;
    if (from < low) out.push(from, domain.previous(low));
    if (high === domain.last) return out;
    from = domain.next(high);
  }
  out.push(from, domain.last);
  return out;
}

/** Index of the interval that holds all of `low … high`, or -1. */
export function intervalThatHolds<V>(list: Intervals<V>, low: V, high: V): number {
  let from = 0;
  let to = list.length / 2;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle * 2 + 1] as V) < low) from = middle + 1;
    else to = middle;
  }
  const at = from * 2;
  return at < list.length && (list[at] as V) <= low && high <= (list[at + 1] as V) ? from : -1;
}

/** Whether every integer of `inner` is in `outer`. */
export function isSubsetOfIntervals<V>(inner: Intervals<V>, outer: Intervals<V>): boolean {
  for (let at = 0; at < inner.length; at += 2) {
    if (intervalThatHolds(outer, inner[at] as V, inner[at + 1] as V) < 0) return false;
  }
  return true;
}

/** Whether the two lists hold the same integers: their form is canonical, so this is equality of the lists. */
export function equalIntervals<V>(a: Intervals<V>, b: Intervals<V>): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) {
    if (a[at] !== b[at]) return false;
  }
  return true;
}
