const LINE_FEED = 10;
/** In bytes. No record is nearly as long; a longer line is binary data, which must not be kept whole. */
export const MAX_LINE = 65_536;

/** Takes whole lines. */
export interface LineSink {
  /** Lines in `buffer[from, to)`, each ended by a line feed. The buffer is only lent. */
  lines(buffer: Uint8Array, from: number, to: number): void;
  /** A line of more than 65,536 bytes, which is not handed over. */
  overlongLine(): void;
}

/**
 * Cuts chunks of bytes into lines. All whole lines of a chunk are handed over at once and in place; only a line that
 * goes over the end of a chunk is copied.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  /** The beginning of a line whose end has not come yet. */
  #kept = new Uint8Array(1024);
  #keptLength = 0;
  /** Whether that line is already too long, and was dropped. */
  #isOverlong = false;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes; they are not kept. */
  push(chunk: Uint8Array): void {
    let from = 0;
    if (this.#keptLength > 0 || this.#isOverlong) {
      const end = chunk.indexOf(LINE_FEED);
      this.#keep(chunk, 0, end < 0 ? chunk.length : end);
      if (end < 0) return;
      this.#endKept();
      from = end + 1;
    }
    const to = chunk.lastIndexOf(LINE_FEED) + 1;
    if (to > from) this.#sink.lines(chunk, from, to);
    this.#keep(chunk, Math.max(from, to), chunk.length);
  }

  /** Hands over the last line when no line feed ends it. */
  end(): void {
    if (this.#keptLength > 0 || this.#isOverlong) this.#endKept();
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    const length = this.#keptLength + to - from;
    if (length > MAX_LINE || this.#isOverlong) {
      this.#isOverlong = true;
      this.#keptLength = 0;
      return;
    }
    if (length >= this.#kept.length) {
      const bigger = new Uint8Array(length * 2);
      bigger.set(this.#kept.subarray(0, this.#keptLength));
      this.#kept = bigger;
    }
    this.#kept.set(chunk.subarray(from, to), this.#keptLength);
    this.#keptLength = length;
  }

  #endKept(): void {
    if (this.#isOverlong) {
      this.#isOverlong = false;
      this.#sink.overlongLine();
      return;
    }
    this.#kept[this.#keptLength] = LINE_FEED;
    const length = this.#keptLength + 1;
    this.#keptLength = 0;
    this.#sink.lines(this.#kept, 0, length);
  }
}
