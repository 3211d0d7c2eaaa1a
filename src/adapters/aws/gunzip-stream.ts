import { constants, createGunzip, type Gunzip } from "node:zlib";
import { FlowLogFault } from "../../ports/flow-log-objects.ts";

/** Bounds on what one object may inflate to. */
export interface InflateLimits {
  /** Most bytes that one object may give. */
  readonly maxBytes: number;
  /** Most inflated bytes for each compressed byte, once `ratioFrom` bytes came out. */
  readonly maxRatio: number;
  /** Below this many bytes any ratio is fine: a short file of equal NODATA lines shrinks by far more than traffic. */
  readonly ratioFrom: number;
}

/** 8 GiB and 1:400 after 256 MiB. AWS cuts files at 75 MB, which inflate to about 1 GB. */
export const INFLATE_LIMITS: InflateLimits = {
  maxBytes: 8 * 1024 ** 3,
  maxRatio: 400,
  ratioFrom: 256 * 1024 ** 2,
};

// Buffers about as large as what a chunk of text gives, which had shrunk to a seventh: small objects take small ones.
// Larger ones are faster still, but a function of 256 MB does not have the memory.
const TEXT_SHARE = 8;
const LEAST_BUFFER = 64 * 1024;
const MOST_BUFFER = 256 * 1024;
// zlib drops what the slice that fails has given, so slices begin fine, where most objects end, and grow: what is lost
// is an eighth of what was read. Each slice and each buffer is a trip to zlib's thread and back.
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

async function* prepend(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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

async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits,
): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = prepend(first.value, { [Symbol.asyncIterator]: () => chunks });
  const size = TEXT_SHARE * first.value.length;
  const pump = new GunzipPump(name, limits, Math.min(MOST_BUFFER, Math.max(LEAST_BUFFER, size)));
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

/** A gunzip stream that is fed one slice at a time, so that its output is in hand before it may fail. */
class GunzipPump {
  readonly #name: string;
  readonly #limits: InflateLimits;
  readonly #stream: Gunzip;
  #output: Uint8Array[] = [];
  #bytesIn = 0;
  #bytesOut = 0;
  #problem: FlowLogFault | undefined;
  #wake: () => void = () => undefined;

  /** `buffer` is the size of the pieces that come out, in bytes. */
  constructor(name: string, limits: InflateLimits, buffer: number) {
    this.#name = name;
    this.#limits = limits;
    this.#stream = createGunzip({ chunkSize: buffer, finishFlush: constants.Z_FINISH });
    this.#stream.on("data", (chunk: Buffer) => this.#collect(chunk));
    this.#stream.on("error", (error) => this.#fail(damaged(name, error)));
    // After an error zlib never calls back for the write that met it.
    this.#stream.on("close", () => this.#wake());
  }

  /** Resolves once the slice is worked off, with what stopped the stream if anything did. */
  async feed(slice: Uint8Array): Promise<FlowLogFault | undefined> {
    this.#bytesIn += slice.length;
    if (this.#problem === undefined) {
      await new Promise<void>((done) => {
        this.#wake = done;
        this.#stream.write(slice, () => done());
      });
    }
    return this.#problem;
  }

  async finish(): Promise<FlowLogFault | undefined> {
    if (this.#problem === undefined) {
      await new Promise<void>((done) => {
        this.#wake = done;
        this.#stream.end();
      });
    }
    return this.#problem;
  }

  take(): readonly Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  close(): void {
    this.#stream.destroy();
  }

  #collect(chunk: Buffer): void {
    if (this.#problem !== undefined) return;
    this.#bytesOut += chunk.length;
    const { maxBytes, maxRatio, ratioFrom } = this.#limits;
    if (this.#bytesOut > maxBytes) this.#fail(tooLarge(this.#name, this.#limits));
    else if (this.#bytesOut > ratioFrom && this.#bytesOut > maxRatio * this.#bytesIn) {
      this.#fail(tooDense(this.#name, this.#limits));
    } else this.#output.push(chunk);
  }

  #fail(problem: FlowLogFault): void {
    this.#problem ??= problem;
    this.#stream.destroy();
  }
}

function damaged(name: string, error: Error & { readonly code?: string }): FlowLogFault {
  const cut = error.code === "Z_BUF_ERROR";
  return new FlowLogFault(
    name,
    cut
      ? `"${name}" ends in the middle of its gzip data`
      : `"${name}" has corrupt gzip data (${error.message})`,
    cut
      ? "Copy the object again; its lines before that point are counted"
      : "Copy the object again from its bucket",
  );
}

function tooLarge(name: string, { maxBytes }: InflateLimits): FlowLogFault {
  return new FlowLogFault(
    name,
    `"${name}" gives more than ${maxBytes} bytes, the most that one object may`,
    "If the object is genuine, split it or raise the limit",
  );
}

function tooDense(name: string, { maxRatio }: InflateLimits): FlowLogFault {
  return new FlowLogFault(
    name,
    `"${name}" inflates to more than ${maxRatio} times its size, as a gzip bomb does`,
    "Check who wrote the object; if it is genuine, raise the limit",
  );
}
