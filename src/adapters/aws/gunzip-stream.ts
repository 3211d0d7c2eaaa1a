import { setImmediate as turn } from "node:timers/promises";
import type { FlowLogFault } from "../../ports/flow-log-objects.ts";
import { GunzipPump, INFLATE_LIMITS, type InflateLimits, tooLarge } from "./gunzip-pump.ts";
import { gunzipWhole, MOST_PACKED } from "./gunzip-whole.ts";

// Each slice is a trip to zlib's thread and back, and a buffer that is full in the middle of a slice one more. They are
// freed as soon as they are read, so that even a function of 256 MB has memory for large ones.
const BUFFER = 1024 ** 2;
/** What is read at once of a text that is inflated as a whole. */
const PIECE = 256 * 1024;
// zlib drops what the slice that fails has given, so slices begin fine, where most objects end, and grow: what is lost
// is an eighth of what was read.
const FINE_SLICE = 512;
const LARGEST_SLICE = 64 * 1024;
const SHARE = 8;
// CRC and length. Fed apart, so that a wrong one costs none of the data before it.
const TRAILER = 8;

/**
 * The bytes of an object: inflated when it starts as gzip does (any number of members), else as they are.
 *
 * @throws FlowLogFault at the end of what could be read, when the data is cut short, corrupt or over the limits
 */
export async function* inflate(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits = INFLATE_LIMITS,
): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    const head = await readHead(chunks);
    const rest = { [Symbol.asyncIterator]: () => chunks };
    const all = prepend(head, rest);
    if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzip(all, name, limits);
    else yield* counted(all, name, limits);
  } finally {
    await chunks.return?.();
  }
}

async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
}

async function* prepend(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array> | readonly Uint8Array[],
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* rest;
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > limits.maxBytes) throw tooLarge(name, limits);
    yield chunk;
  }
}

/** In one go where the object is small and whole, else piece by piece: what comes out is the same. */
async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits,
): AsyncGenerator<Uint8Array> {
  const { packed, rest } = await gather(source);
  const text = rest === undefined ? await gunzipWhole(packed, name, limits) : undefined;
  if (text === undefined) yield* gunzipPieces(prepend(packed, rest ?? []), name, limits);
  else yield* inPieces(text);
}

/** The bytes of a small object; of a larger one its beginning, and what follows. */
interface Gathered {
  readonly packed: Uint8Array;
  readonly rest: AsyncIterable<Uint8Array> | undefined;
}

async function gather(source: AsyncIterable<Uint8Array>): Promise<Gathered> {
  const chunks = source[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= MOST_PACKED) {
      const next = await chunks.next();
      if (next.done === true) return { packed: joined(kept), rest: undefined };
      kept.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    // It breaks off where it did.
    return { packed: joined(kept), rest: failing(error) };
  }
  return { packed: joined(kept), rest: { [Symbol.asyncIterator]: () => chunks } };
}

const joined = (chunks: readonly Uint8Array[]): Uint8Array => {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
};

const failing = (error: unknown): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
});

/** Between the pieces whatever else waits has its turn, such as reading the next object. */
async function* inPieces(text: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += PIECE) {
    if (at > 0) await turn();
    yield text.subarray(at, at + PIECE);
  }
}

async function* gunzipPieces(
  all: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits,
): AsyncGenerator<Uint8Array> {
  const pump = new GunzipPump(name, limits, BUFFER);
  // While one slice's bytes are read, zlib inflates the next.
  let working: Promise<FlowLogFault | undefined> | undefined;
  try {
    for await (const slice of slices(all)) {
      const problem = await working;
      const output = pump.take();
      working = problem === undefined ? pump.feed(slice) : working;
      yield* output;
      if (problem !== undefined) throw problem;
    }
    const problem = (await working) ?? (await pump.finish());
    yield* pump.take();
    if (problem !== undefined) throw problem;
  } catch (error) {
    // A source that breaks off costs nothing of what it gave before.
    await working;
    yield* pump.take();
    throw error;
  } finally {
    pump.close();
  }
}

/** Cuts the input into small slices and keeps the last bytes, the trailer, for a slice of their own. */
async function* slices(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  let fed = 0;
  for await (const chunk of source) {
    const input = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const end = Math.max(0, input.length - TRAILER);
    let at = 0;
    while (at < end) {
      const slice = Math.max(FINE_SLICE, Math.min(LARGEST_SLICE, Math.floor(fed / SHARE)));
      const next = Math.min(at + slice, end);
      yield input.subarray(at, next);
      fed += next - at;
      at = next;
    }
    held = input.subarray(end);
  }
  if (held.length > 0) yield held;
}
