import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, gunzipSync, zstdDecompress } from "node:zlib";
import type { CompressionCodec } from "hyparquet";
import { inflateSnappy } from "./inflate-snappy.ts";

/** A page as it lies in the file. */
export interface PackedPage {
  readonly codec: CompressionCodec;
  readonly bytes: Uint8Array;
  /** What it says it inflates to. */
  readonly length: number;
  /** Not to be inflated before it is asked for. */
  readonly isSeldomWanted: boolean;
}

/** Most bytes that lie about inflated, or are being inflated, before they are asked for. */
const AHEAD = 8 * 1024 ** 2;
/** Bounds of the pieces in which a page is inflated: zlib's least, and what a damaged header may make us allocate. */
const LEAST_PIECE = 64;
const MOST_PIECE = 4 * 1024 ** 2;

const gunzipAside = promisify(gunzip);
const brotliAside = promisify(brotliDecompress);
const zstdAside = promisify(zstdDecompress);

/** In one piece where the page's header tells the truth, instead of zlib's pieces of 16 KiB that it then joins. */
const inOnePiece = (length: number) => ({
  maxOutputLength: Math.max(length, 1),
  chunkSize: Math.min(Math.max(length + 1, LEAST_PIECE), MOST_PIECE),
});

/**
 * Inflates a page, in a thread of zlib's where zlib does it. AWS writes gzip; the others are what tools that rewrite
 * logs like.
 *
 * @throws RangeError, or an Error of zlib's, where the page is damaged or not as long as it says
 */
export async function inflatePage({ codec, bytes, length }: PackedPage): Promise<Uint8Array> {
  const page = await inflated(codec, bytes, length);
  if (page.length !== length) throw new RangeError(`a page of ${page.length} bytes, not ${length}`);
  return page;
}

function inflated(codec: string, bytes: Uint8Array, length: number): Promise<Uint8Array> | Uint8Array {
  switch (codec) {
    case "UNCOMPRESSED":
      return bytes;
    case "GZIP":
      return gunzipAside(bytes, inOnePiece(length));
    case "SNAPPY":
      return inflateSnappy(bytes, length);
    case "BROTLI":
      return brotliAside(bytes, { maxOutputLength: Math.max(length, 1) });
    case "ZSTD":
      return zstdAside(bytes, { maxOutputLength: Math.max(length, 1) });
    default:
      throw new RangeError(`the compression ${codec}`);
  }
}

/** The beginning of a page: at least `wanted` bytes, or all; `undefined` where only the whole page can be inflated. */
export function inflateBeginning(
  { codec, bytes, length }: PackedPage,
  wanted: number,
): Uint8Array | undefined {
  if (codec === "UNCOMPRESSED") return bytes;
  if (codec !== "GZIP") return undefined;
  // What does not shrink takes a few bytes more than it has, and gzip has a header.
  const packed = bytes.subarray(0, wanted + 1024);
  const page = gunzipSync(packed, { ...inOnePiece(length), finishFlush: constants.Z_SYNC_FLUSH });
  return page.length >= Math.min(wanted, length) ? page : undefined;
}

/** A page, and what it will be. */
interface Started<Page> {
  readonly page: Page;
  readonly inflated: Promise<Uint8Array> | undefined;
}

/**
 * Inflates pages ahead of whoever reads them, in their order, within bounds on memory. What is wrong with a page is
 * thrown when its turn comes, so that those before it stand.
 */
export class PagesAhead<Page extends PackedPage> {
  readonly #pages: Iterator<Page>;
  readonly #started: Started<Page>[] = [];
  #bytes = 0;
  #isOver = false;
  #problem: unknown;

  constructor(pages: Iterable<Page>) {
    this.#pages = pages[Symbol.iterator]();
  }

  /** The next page; one that is seldom wanted may be left as it is. */
  next(): Started<Page> {
    this.#startMore();
    const first = this.#started.shift();
    if (first === undefined) throw this.#problem ?? new RangeError("a page is missing");
    if (first.inflated !== undefined) this.#bytes -= first.page.length;
    return first;
  }

  #startMore(): void {
    while (!this.#isOver && (this.#started.length === 0 || this.#bytes < AHEAD)) {
      try {
        this.#start();
      } catch (error) {
        this.#problem = error;
        this.#isOver = true;
      }
    }
  }

  #start(): void {
    const next = this.#pages.next();
    if (next.done === true) {
      this.#isOver = true;
      return;
    }
    const page = next.value;
    const inflated = page.isSeldomWanted ? undefined : inflatePage(page);
    // Nobody may ask for it any more, once an earlier one has failed.
    inflated?.catch(() => undefined);
    if (inflated !== undefined) this.#bytes += page.length;
    this.#started.push({ page, inflated });
  }
}
