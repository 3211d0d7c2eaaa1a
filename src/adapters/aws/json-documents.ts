const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const isBlank = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/** Most bytes of one document, which is in memory whole. CloudWatch Logs sends at most some MB at once. */
export const MAX_DOCUMENT = 32 * 1024 ** 2;

/**
 * Cuts JSON objects that follow each other, with or without blanks between them, into the bytes of each.
 *
 * @throws RangeError where something else stands between them, one is longer than `max`, or the last has no end
 */
export async function* jsonDocuments(
  chunks: AsyncIterable<Uint8Array>,
  max = MAX_DOCUMENT,
): AsyncGenerator<Uint8Array> {
  const cutter = new Cutter();
  let kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = cutter.next(chunk, 0); end > 0; end = cutter.next(chunk, from)) {
      kept.push(chunk.subarray(from, end));
      if (length + end - from > max) throw new RangeError(`a JSON object of more than ${max} bytes`);
      yield Buffer.concat(kept);
      kept = [];
      length = 0;
      from = end;
    }
    if (cutter.isInside) {
      // The source may use the chunk's memory again.
      kept.push(Uint8Array.from(chunk.subarray(from)));
      length += chunk.length - from;
      if (length > max) throw new RangeError(`a JSON object of more than ${max} bytes`);
    }
  }
  if (cutter.isInside) throw new RangeError("a JSON object without an end");
}

/** Follows braces and strings; what stands between them is judged by whoever parses the object. */
class Cutter {
  #depth = 0;
  #inString = false;
  #escaped = false;

  get isInside(): boolean {
    return this.#depth > 0;
  }

  /** Where the object that is begun, or begins next, ends in the chunk; 0 when it does not. */
  next(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (this.#take(chunk[at] as number)) return at + 1;
    }
    return 0;
  }

  /** Answers whether an object ends with this byte. */
  #take(byte: number): boolean {
    if (this.#inString) {
      this.#takeOfString(byte);
      return false;
    }
    if (byte === OPEN) this.#depth += 1;
    else if (this.#depth === 0) {
      if (!isBlank(byte)) throw new RangeError("text between JSON objects");
    } else if (byte === QUOTE) this.#inString = true;
    else if (byte === CLOSE) {
      this.#depth -= 1;
      return this.#depth === 0;
    }
    return false;
  }

  #takeOfString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }
}
