import { constants, createGunzip, type Gunzip } from "node:zlib";
import { FlowLogFault } from "../../ports/flow-log-objects.ts";
import { lendMemory } from "./lent-memory.ts";

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

/** A gunzip stream that is fed one slice at a time, so that its output is in hand before it may fail. */
export class GunzipPump {
  readonly #name: string;
  readonly #limits: InflateLimits;
  readonly #stream: Gunzip;
  readonly #buffer: number;
  #output: Uint8Array[] = [];
  #bytesIn = 0;
  #bytesOut = 0;
  #problem: FlowLogFault | undefined;
  #wake: () => void = () => undefined;

  /** `buffer` is the size of the pieces that come out, in bytes. */
  constructor(name: string, limits: InflateLimits, buffer: number) {
    this.#name = name;
    this.#limits = limits;
    this.#buffer = buffer;
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

  /** How many bytes of what it was fed it has used. */
  get consumed(): number {
    return this.#stream.bytesWritten;
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
    } else {
      // zlib turns to other memory once a piece of it is full. Small ones are a part of Node's pool.
      if (chunk.buffer.byteLength === this.#buffer) lendMemory(chunk, this.#buffer);
      this.#output.push(chunk);
    }
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

export function tooLarge(name: string, { maxBytes }: InflateLimits): FlowLogFault {
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
