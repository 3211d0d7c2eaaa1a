/** Low bits of a tag say what follows: https://github.com/google/snappy/blob/main/format_description.txt */
const LITERAL = 0;
/** A literal longer than this says its length in the bytes after the tag, 1 to 4 of them. */
const LONGEST_IN_TAG = 60;

/**
 * Inflates raw Snappy. The Parquet library's own reads a length of four bytes as signed, and walks backwards for ever
 * where a damaged one is negative; here every step goes forward, within what was promised.
 *
 * @param length of what comes out, as the page's header says
 * @throws RangeError when the bytes are damaged, or make more or less than that
 */
export function inflateSnappy(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let at = pastPreamble(input);
  let made = 0;
  while (at < input.length) {
    const tag = byteAt(input, at);
    const isLiteral = (tag & 3) === LITERAL;
    const [size, from, next] = isLiteral ? literal(input, at + 1, tag >>> 2) : copy(input, at + 1, tag, made);
    if (next > input.length || made + size > length) throw damaged();
    if (isLiteral) output.set(input.subarray(from, next), made);
    else repeat(output, from, made, size);
    at = next;
    made += size;
  }
  if (made !== length) throw damaged();
  return output;
}

/** What is copied may overlap what it makes: byte by byte, it repeats itself. */
function repeat(output: Uint8Array, from: number, to: number, size: number): void {
  for (let n = 0; n < size; n += 1) output[to + n] = output[from + n] as number;
}

/** How many bytes there are, from where they are taken, and where the next tag is. */
type Element = readonly [size: number, from: number, next: number];

/** The length as a varint of at most five bytes; the page's header says it, too. */
function pastPreamble(input: Uint8Array): number {
  for (let at = 0; at < 5; at += 1) if (byteAt(input, at) < 128) return at + 1;
  throw damaged();
}

/** A stretch of the input. */
function literal(input: Uint8Array, at: number, code: number): Element {
  const width = code < LONGEST_IN_TAG ? 0 : code - LONGEST_IN_TAG + 1;
  const size = 1 + (width === 0 ? code : number(input, at, width));
  return [size, at + width, at + width + size];
}

/** A stretch of what was made. */
function copy(input: Uint8Array, at: number, tag: number, made: number): Element {
  const isShort = (tag & 3) === 1;
  const width = isShort ? 1 : (tag & 3) === 2 ? 2 : 4;
  const high = isShort ? (tag >>> 5) << 8 : 0;
  const size = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
  const back = high + number(input, at, width);
  if (back === 0 || back > made) throw damaged();
  return [size, made - back, at + width];
}

/** Little-endian, never negative. */
function number(input: Uint8Array, at: number, width: number): number {
  let sum = 0;
  for (let n = 0; n < width; n += 1) sum += byteAt(input, at + n) * 256 ** n;
  return sum;
}

function byteAt(input: Uint8Array, at: number): number {
  const byte = input[at];
  if (byte === undefined) throw damaged();
  return byte;
}

const damaged = (): RangeError => new RangeError("Snappy bytes that are damaged");
