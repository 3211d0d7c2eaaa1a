/** A place in bytes that moves on as they are read. */
export interface PageReader {
  readonly view: DataView;
  offset: number;
}

/** A reader of these bytes from their beginning. */
export const pageReader = (bytes: Uint8Array): PageReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

/** The widest codes that lie within one word of four bytes wherever they begin. */
const WORD_WIDTH = 25;
const WORD_BYTES = 4;

/**
 * Reads runs of equal and of bit-packed numbers into `output` from `from` on:
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/. Never writes more than `count`, whatever the
 * lengths of the runs say.
 *
 * @returns the greatest of them, at least 0
 */
export function readHybrid(
  reader: PageReader,
  width: number,
  output: Int32Array,
  from: number,
  count: number,
): number {
  const end = from + count;
  let at = from;
  let most = 0;
  while (at < end) {
    const header = readVarint(reader);
    const isPacked = (header & 1) === 1;
    const run = Math.min((header >>> 1) * (isPacked ? 8 : 1), end - at);
    if (run === 0) throw new RangeError("a run of no values");
    if (isPacked) most = Math.max(most, readPacked(reader, width, output, at, run));
    else {
      const value = readRepeated(reader, width);
      most = Math.max(most, value);
      output.fill(value, at, at + run);
    }
    if (isPacked) reader.offset += (header >>> 1) * width;
    at += run;
  }
  return most;
}

function readVarint(reader: PageReader): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.view.getUint8(reader.offset++);
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
  }
  throw new RangeError("a number without an end");
}

function readRepeated(reader: PageReader, width: number): number {
  let value = 0;
  for (let bits = 0; bits < width; bits += 8) value += reader.view.getUint8(reader.offset++) * 2 ** bits;
  return value;
}

/** Reads bit-packed numbers at the reader's place, which is left there; answers the greatest. */
function readPacked(
  { view, offset }: PageReader,
  width: number,
  output: Int32Array,
  from: number,
  run: number,
): number {
  const mask = 2 ** width - 1;
  const lastWord = view.byteLength - offset - WORD_BYTES;
  const isNarrow = width <= WORD_WIDTH && lastWord >= 0;
  const words = isNarrow ? Math.min(run, Math.floor((lastWord * 8) / width) + 1) : 0;
  let bit = 0;
  let most = 0;
  // Each value by itself, from one word: none waits for the one before it.
  for (let at = from; at < from + words; at += 1) {
    const value = (view.getInt32(offset + (bit >>> 3), true) >>> (bit & 7)) & mask;
    output[at] = value;
    if (value > most) most = value;
    bit += width;
  }
  for (let at = from + words; at < from + run; at += 1) {
    const value = bitsAt(view, offset, bit, width);
    output[at] = value;
    most = Math.max(most, value);
    bit += width;
  }
  return most;
}

/** A value byte by byte, where a word would end behind the page or be too short. */
function bitsAt(view: DataView, start: number, bit: number, width: number): number {
  const skipped = bit % 8;
  let at = start + Math.floor(bit / 8);
  let value = 0;
  // At most 31 bits and 7 before them: a number holds them exactly.
  for (let have = 0; have < skipped + width; have += 8) value += view.getUint8(at++) * 2 ** have;
  return Math.floor(value / 2 ** skipped) % 2 ** width;
}
