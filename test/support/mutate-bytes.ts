import { gunzipSync, gzipSync } from "node:zlib";

/** A number from 0 to below; the same seed gives the same numbers. */
export type Dice = (below: number) => number;

/** Dice by the mulberry32 generator. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

/** Pieces that mean something to a reader of flow logs. */
const PIECES = [
  "\n",
  "\r\n",
  " ",
  "\t",
  "-",
  " - ",
  "0",
  "-1",
  "65536",
  "4294967296",
  "9007199254740993",
  "99999999999999999999",
  "255.255.255.255",
  "255.255.255.254",
  "0.0.0.0",
  "1.2.3",
  "::",
  "::ffff:1.2.3.4",
  "ACCEPT",
  "REJECT",
  "OK",
  "NODATA",
  "SKIPDATA",
  "srcaddr dstaddr\n",
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n",
  '{"messageType":"DATA_MESSAGE","logEvents":[',
  "]}",
  '"',
  "\\",
  "{",
  "}",
  "H4sI",
  "PAR1",
].map((text) => Buffer.from(text));

/** An input made of those of a corpus, with a few mistakes in it. Compressed ones are often changed within. */
export function mutated(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  const picked = corpus[dice(corpus.length)] ?? new Uint8Array();
  const isGzip = picked[0] === 0x1f && picked[1] === 0x8b;
  if (isGzip && dice(3) > 0) return gzipSync(changed(gunzipSync(picked), corpus, dice), { level: 1 });
  const result = changed(picked, corpus, dice);
  return dice(16) === 0 ? gzipSync(result, { level: 1 }) : result;
}

function changed(bytes: Uint8Array, corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  let result = bytes;
  for (let left = 1 + dice(6); left > 0; left -= 1) {
    const change = CHANGES[dice(CHANGES.length)];
    if (change !== undefined) result = change(result, dice, corpus);
  }
  return result;
}

type Change = (bytes: Uint8Array, dice: Dice, corpus: readonly Uint8Array[]) => Uint8Array;

const spliced = (bytes: Uint8Array, at: number, drop: number, add: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), add, bytes.subarray(at + drop)]);

const NOTHING = new Uint8Array();

const CHANGES: readonly Change[] = [
  // One bit, one byte, a run of equal bytes.
  (bytes, dice) => {
    const copy = Uint8Array.from(bytes);
    const at = dice(copy.length);
    if (at < copy.length) copy[at] = (copy[at] as number) ^ (1 << dice(8));
    return copy;
  },
  (bytes, dice) => {
    const copy = Uint8Array.from(bytes);
    const at = dice(copy.length);
    copy.fill(dice(256), at, at + 1 + dice(8));
    return copy;
  },
  // Take away, cut, repeat, move.
  (bytes, dice) => spliced(bytes, dice(bytes.length), 1 + dice(40), NOTHING),
  (bytes, dice) => bytes.subarray(0, dice(bytes.length + 1)),
  (bytes, dice) => {
    const at = dice(bytes.length);
    return spliced(bytes, at, 0, bytes.subarray(at, at + 1 + dice(300)));
  },
  (bytes, dice) => {
    const at = dice(bytes.length);
    return spliced(bytes, dice(bytes.length), 0, bytes.subarray(at, at + 1 + dice(80)));
  },
  // Put in what means something, or a part of another input.
  (bytes, dice) => spliced(bytes, dice(bytes.length + 1), dice(3), PIECES[dice(PIECES.length)] ?? NOTHING),
  (bytes, dice, corpus) => {
    const other = corpus[dice(corpus.length)] ?? NOTHING;
    const from = dice(other.length);
    return spliced(bytes, dice(bytes.length + 1), 0, other.subarray(from, from + dice(400)));
  },
  (bytes, dice, corpus) => Buffer.concat([bytes, corpus[dice(corpus.length)] ?? NOTHING]),
];
