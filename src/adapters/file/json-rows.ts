const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Bytes of JSON that are parsed at once: small beside a collection, large beside one of its members. */
const BATCH = 256 * 1024;

/**
 * The members of a JSON array, parsed some at a time, so that a collection of many megabytes never stands in memory as
 * one text and one tree.
 *
 * @param bytes UTF-8, with or without a byte order mark
 * @returns `undefined` when the text does not begin as an array; the iteration throws `SyntaxError` where the text
 *   turns out to be no JSON
 */
export function jsonRows(bytes: Uint8Array): Iterable<unknown> | undefined {
  const start = firstByte(bytes);
  return bytes[start] === OPEN_LIST ? { [Symbol.iterator]: () => rowsFrom(bytes, start + 1) } : undefined;
}

function firstByte(bytes: Uint8Array): number {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return skipBlanks(bytes, hasMark ? 3 : 0);
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return at;
}

function* rowsFrom(bytes: Uint8Array, start: number): Iterator<unknown> {
  // A mark at the beginning of a batch is no mark of byte order, and no JSON either.
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  let from = start;
  for (;;) {
    const end = batchEnd(bytes, from);
    const isLast = bytes[end] === CLOSE_LIST;
    const slice = text.decode(bytes.subarray(from, end));
    // Nothing may be left only of an array that has no members at all.
    if (slice.trim() === "" && (from > start || !isLast)) throw new SyntaxError("a member is missing");
    yield* JSON.parse(`[${slice}]`) as unknown[];
    if (isLast) {
      if (skipBlanks(bytes, end + 1) < bytes.length) throw new SyntaxError("text after the array");
      return;
    }
    from = end + 1;
  }
}

/** Where the batch that begins at `from` ends: at a comma between members, or at the end of the array. */
function batchEnd(bytes: Uint8Array, from: number): number {
  const enough = from + BATCH;
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        break;
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case CLOSE_LIST:
        if (depth === 0) return at;
        depth -= 1;
        break;
      case COMMA:
        if (depth === 0 && at >= enough) return at;
        break;
      default:
    }
  }
  throw new SyntaxError("the array does not end");
}

function endOfString(bytes: Uint8Array, quote: number): number {
  let at = quote + 1;
  while (bytes[at] !== QUOTE && at < bytes.length) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
