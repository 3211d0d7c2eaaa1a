const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const DIGIT_MASK = DIGITS - 1;
const PASSES = 3;
/** Below this length the built-in sort is as fast and needs no second array. */
const SMALL = 4096;

/**
 * Sorts unsigned 32-bit integers ascending by their digits, in linear time.
 *
 * @returns the sorted values: `values` itself when they were in order or few (then sorted in place), else a new array;
 * in that case the order in `values` is unspecified
 */
export function sortUint32(values: Uint32Array): Uint32Array {
  if (isSorted(values)) return values;
  if (values.length < SMALL) return values.sort();
  const counts = countDigits(values);
  let from: Uint32Array = values;
  let to: Uint32Array = new Uint32Array(values.length);
  for (let pass = 0; pass < PASSES; pass += 1) {
    const digit = counts.subarray(pass * DIGITS, (pass + 1) * DIGITS);
    if (digit.includes(values.length)) continue; // all share this digit
    scatter(from, to, digit, pass * DIGIT_BITS);
    [from, to] = [to, from];
  }
  return from;
}

function isSorted(values: Uint32Array): boolean {
  for (let at = 1; at < values.length; at += 1) {
    if ((values[at - 1] as number) > (values[at] as number)) return false;
  }
  return true;
}

/** How often each value of each digit occurs, all digits in one pass. */
function countDigits(values: Uint32Array): Uint32Array {
  const counts = new Uint32Array(PASSES * DIGITS);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    const low = value & DIGIT_MASK;
    const middle = DIGITS + ((value >>> DIGIT_BITS) & DIGIT_MASK);
    const high = 2 * DIGITS + (value >>> (2 * DIGIT_BITS));
    counts[low] = (counts[low] as number) + 1;
    counts[middle] = (counts[middle] as number) + 1;
    counts[high] = (counts[high] as number) + 1;
  }
  return counts;
}

/** One stable pass: moves each value to the place that the counts of smaller digits give it. */
function scatter(from: Uint32Array, to: Uint32Array, counts: Uint32Array, shift: number): void {
  let next = 0;
  for (let digit = 0; digit < counts.length; digit += 1) {
    const count = counts[digit] as number;
    counts[digit] = next;
    next += count;
  }
  for (let at = 0; at < from.length; at += 1) {
    const value = from[at] as number;
    const digit = (value >>> shift) & DIGIT_MASK;
    const place = counts[digit] as number;
    to[place] = value;
    counts[digit] = place + 1;
  }
}
