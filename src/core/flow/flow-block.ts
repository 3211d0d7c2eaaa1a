import type { PlainColumns, PreparedColumn } from "./column-records.ts";
import {
  A_HAS_NO_PORT,
  A_IS_IPV6,
  ACTION_SHIFT,
  B_HAS_NO_PORT,
  B_IS_IPV6,
  NO_PROTOCOL,
  ORIENTED,
  SAW_FROM_A,
  SAW_FROM_B,
} from "./row-layout.ts";
import { isOutOfOrder, swappedMeta, swappedPorts } from "./undetermined-flow.ts";

/** Rows that are taken together: their keys lie in the nearest cache until all are looked up. */
export const BLOCK_ROWS = 2048;

const TCP = 6;
const SYN = 2;
const SYN_ACK = 18;
/** Above the numbers of protocols: flags of this protocol may show who opened a connection. */
const MAY_OPEN = 1 << 20;
const NOT_OPENED = 0;
const BY_SOURCE = 1;
const BY_TARGET = 2;

/** A column whose values are small numbers. */
interface Words {
  readonly codes: Int32Array;
  /** By code + 1. */
  readonly words: Int32Array;
}

/** The keys of some rows of columns in a {@link FlowTable}: the same that `FlowRecorder` gives records one by one. */
export class FlowBlock {
  readonly a = new Int32Array(BLOCK_ROWS);
  readonly b = new Int32Array(BLOCK_ROWS);
  readonly ports = new Int32Array(BLOCK_ROWS);
  readonly meta = new Int32Array(BLOCK_ROWS);
  /** The SAW bits that each adds to its row. */
  readonly saw = new Int32Array(BLOCK_ROWS);
  /** Where in the columns each lies. */
  readonly rows = new Int32Array(BLOCK_ROWS);
  /** How many rows have a key. */
  size = 0;
  /** The rows that are to be read with care: without an address, or no records. */
  readonly others = new Int32Array(BLOCK_ROWS);
  otherCount = 0;
  readonly #source: PreparedColumn;
  readonly #target: PreparedColumn;
  readonly #sourcePort: Words;
  readonly #targetPort: Words;
  readonly #protocol: Words;
  readonly #opened: Words;
  readonly #action: Words;
  readonly #status: Words;

  constructor(plain: PlainColumns) {
    this.#source = plain.source;
    this.#target = plain.target;
    this.#sourcePort = asTheyAre(plain.sourcePort);
    this.#targetPort = asTheyAre(plain.targetPort);
    this.#protocol = mapped(
      plain.protocol,
      (protocol) =>
        (protocol < 0 ? NO_PROTOCOL : protocol) | (protocol === TCP || protocol < 0 ? MAY_OPEN : 0),
    );
    this.#opened = mapped(plain.flags, openedBy);
    this.#action = mapped(plain.action, (action) => action << ACTION_SHIFT);
    this.#status = asTheyAre(plain.status);
  }

  /** Takes the rows `[from, to)`, at most `BLOCK_ROWS`, instead of those before. */
  fill(from: number, to: number): void {
    this.#chooseRows(from, to);
    const sourcePorts = this.#sourcePort;
    const targetPorts = this.#targetPort;
    for (let at = 0; at < this.size; at += 1) {
      const row = this.rows[at] as number;
      const protocol = wordOf(this.#protocol, row);
      const opened = (protocol & MAY_OPEN) === 0 ? NOT_OPENED : wordOf(this.#opened, row);
      const meta = (this.meta[at] as number) | (protocol & ~MAY_OPEN) | wordOf(this.#action, row);
      if (opened === NOT_OPENED)
        this.#undetermined(at, meta, wordOf(sourcePorts, row), wordOf(targetPorts, row));
      else if (opened === BY_SOURCE) this.#oriented(at, meta, wordOf(targetPorts, row));
      else {
        this.#swapEnds(at);
        this.#oriented(at, meta, wordOf(sourcePorts, row));
      }
    }
  }

  /** Notes the rows with two addresses of one family, and those that are not of this kind. */
  #chooseRows(from: number, to: number): void {
    const { codes: sources, words: sourceWords, families } = this.#source;
    const { codes: targets, words: targetWords, families: targetFamilies } = this.#target;
    let size = 0;
    let others = 0;
    for (let row = from; row < to; row += 1) {
      const source = (sources[row] as number) + 1;
      const target = (targets[row] as number) + 1;
      const family = families[source] as number;
      if (family === 0 || family !== targetFamilies[target] || wordOf(this.#status, row) > 0) {
        this.others[others++] = row;
        continue;
      }
      this.rows[size] = row;
      this.a[size] = sourceWords[source] as number;
      this.b[size] = targetWords[target] as number;
      this.meta[size++] = family === 6 ? A_IS_IPV6 | B_IS_IPV6 : 0;
    }
    this.size = size;
    this.otherCount = others;
  }

  #oriented(at: number, meta: number, port: number): void {
    this.meta[at] = meta | ORIENTED | (port < 0 ? B_HAS_NO_PORT : 0);
    this.ports[at] = Math.max(port, 0);
    this.saw[at] = 0;
  }

  #undetermined(at: number, familyMeta: number, sourcePort: number, targetPort: number): void {
    const meta = familyMeta | (sourcePort < 0 ? A_HAS_NO_PORT : 0) | (targetPort < 0 ? B_HAS_NO_PORT : 0);
    const ports = (Math.max(sourcePort, 0) << 16) | Math.max(targetPort, 0);
    if (isOutOfOrder(this.a[at] as number, this.b[at] as number, ports, meta)) {
      this.#swapEnds(at);
      this.ports[at] = swappedPorts(ports);
      this.meta[at] = swappedMeta(meta);
      this.saw[at] = SAW_FROM_B;
    } else {
      this.ports[at] = ports;
      this.meta[at] = meta;
      this.saw[at] = SAW_FROM_A;
    }
  }

  #swapEnds(at: number): void {
    const a = this.a[at] as number;
    this.a[at] = this.b[at] as number;
    this.b[at] = a;
  }

  /** Leaves out the rows with a key of which `isLeft` says so; answers how many. */
  leaveOut(isLeft: (row: number) => boolean): number {
    let size = 0;
    for (let at = 0; at < this.size; at += 1) {
      if (isLeft(this.rows[at] as number)) continue;
      for (const words of [this.a, this.b, this.ports, this.meta, this.saw, this.rows])
        words[size] = words[at] as number;
      size += 1;
    }
    const left = this.size - size;
    this.size = size;
    return left;
  }
}

const wordOf = ({ codes, words }: Words, row: number): number => words[(codes[row] as number) + 1] as number;

/** By hand: on the many values of ports `Int32Array.from` takes longer than all the rest of a block. */
function mapped({ codes, words }: PreparedColumn, word: (value: number) => number): Words {
  const output = new Int32Array(words.length);
  for (let at = 0; at < words.length; at += 1) output[at] = word(words[at] as number);
  return { codes, words: output };
}

const asTheyAre = ({ codes, words }: PreparedColumn): Words => ({
  codes,
  words: words instanceof Int32Array ? words : Int32Array.from(words),
});

/** Which side opened a connection, as far as its flags show. */
function openedBy(flags: number): number {
  if (flags <= 0 || (flags & SYN) === 0) return NOT_OPENED;
  return (flags & SYN_ACK) === SYN_ACK ? BY_TARGET : BY_SOURCE;
}
