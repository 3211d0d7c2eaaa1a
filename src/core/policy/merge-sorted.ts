/** A flat list of inclusive intervals (lo, hi, lo, hi …), ascending, disjoint and not adjacent. */
type Flat<V> = ArrayLike<V>;

/** How one family of addresses is written and compared. */
export interface Family<V, L extends Flat<V>> {
  /** Whether an interval that begins at `low` overlaps or follows at once on one that ends at `high`. */
  readonly joins: (high: V, low: V) => boolean;
  /** A writable list with room for `length` entries. */
  readonly room: (length: number) => { [at: number]: V };
  /** The first `length` entries of a list made by `room`. */
  readonly trimmed: (list: { [at: number]: V }, length: number) => L;
  /** Copies `from[start … end - 1]` to `to` at `at`. */
  readonly copy: (to: { [at: number]: V }, at: number, from: L, start: number, end: number) => void;
}

/** Above this ratio of lengths the shorter list is inserted into the longer one instead of walking along both. */
const LOPSIDED = 16;

/** The union of two lists. Gives back one of them when it holds the other already. */
export function mergeSorted<V, L extends Flat<V>>(family: Family<V, L>, a: L, b: L): L {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  if (short.length === 0 || long === short || holdsAll(long, short)) return long;
  if (holdsAll(short, long)) return short;
  return short.length * LOPSIDED < long.length ? inserted(family, long, short) : walked(family, long, short);
}

function holdsAll<V>(outer: Flat<V>, inner: Flat<V>): boolean {
  for (let at = 0; at < inner.length; at += 2) {
    const place = firstEndingFrom(outer, 0, inner[at] as V);
    if (place >= outer.length || (outer[place] as V) > (inner[at] as V)) return false;
    if ((outer[place + 1] as V) < (inner[at + 1] as V)) return false;
  }
  return true;
}

/** Whether two lists share a value; quick when `few` is short. */
export function overlap<V>(few: Flat<V>, many: Flat<V>): boolean {
  if (many.length === 0) return false;
  for (let at = 0; at < few.length; at += 2) {
    const place = firstEndingFrom(many, 0, few[at] as V);
    if (place < many.length && (many[place] as V) <= (few[at + 1] as V)) return true;
  }
  return false;
}

/** Position of the first interval at or after `from` that does not end below `value`. */
export function firstEndingFrom<V>(list: Flat<V>, from: number, value: V): number {
  let low = from / 2;
  let high = list.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle * 2 + 1] as V) < value) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

function walked<V, L extends Flat<V>>(family: Family<V, L>, a: L, b: L): L {
  const out = family.room(a.length + b.length);
  let end = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] as V) <= (b[j] as V));
    const low = (fromA ? a[i] : b[j]) as V;
    const high = (fromA ? a[i + 1] : b[j + 1]) as V;
    if (fromA) i += 2;
    else j += 2;
    end = append(family, out, end, low, high);
  }
  return family.trimmed(out, end);
}

function append<V, L extends Flat<V>>(
  family: Family<V, L>,
  out: { [at: number]: V },
  end: number,
  low: V,
  high: V,
): number {
  if (end === 0 || !family.joins(out[end - 1] as V, low)) {
    out[end] = low;
    out[end + 1] = high;
    return end + 2;
  }
  if (high > (out[end - 1] as V)) out[end - 1] = high;
  return end;
}

/** Copies whole stretches of the long list; only what lies next to an interval of the short one is looked at. */
function inserted<V, L extends Flat<V>>(family: Family<V, L>, long: L, short: L): L {
  const out = family.room(long.length + short.length);
  let end = 0;
  let from = 0;
  for (let at = 0; at < short.length; at += 2) {
    const low = short[at] as V;
    const stop = Math.max(from, firstEndingFrom(long, from, low));
    if (stop > from) {
      // The first of the stretch may touch what was written last; the rest are apart from each other already.
      end = append(family, out, end, long[from] as V, long[from + 1] as V);
      family.copy(out, end, long, from + 2, stop);
      end += stop - from - 2;
      from = stop;
    }
    if (from < long.length && (long[from] as V) <= low) {
      end = append(family, out, end, long[from] as V, long[from + 1] as V);
      from += 2;
    }
    end = append(family, out, end, low, short[at + 1] as V);
    while (from < long.length && family.joins(out[end - 1] as V, long[from] as V)) {
      end = append(family, out, end, long[from] as V, long[from + 1] as V);
      from += 2;
    }
  }
  family.copy(out, end, long, from, long.length);
  return family.trimmed(out, end + long.length - from);
}
