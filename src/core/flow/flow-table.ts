import { mix32 } from "./mix32.ts";
import {
  BYTES,
  FIRST,
  INTERFACES,
  LAST,
  META,
  ORIENTED,
  PACKETS,
  PORTS,
  RECORDS,
  ROW_WORDS,
  SAW,
  SAW_BYTES,
  SAW_PACKETS,
  SAW_TIME,
  STAT_WORDS,
} from "./row-layout.ts";

/** Keys of rows: what `locate` takes, one array for each. */
export interface FlowKeys {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly ports: Int32Array;
  readonly meta: Int32Array;
}

/** Flows in typed arrays: an open-addressing hash table over the rows of `row-layout.ts`. */
export class FlowTable {
  /** The rows, `ROW_WORDS` each; replaced when it grows, so read it anew after each `locate`. */
  rows: Int32Array = new Int32Array(1024 * ROW_WORDS);
  /** Sums and times, `STAT_WORDS` a row; empty until `keepStats`. */
  stats: Float64Array = new Float64Array(0);
  /** Number of rows in use. */
  size = 0;
  /**
   * Where rows are, by their keys. Oriented flows are few and met again and again: in an index of their own they stay in
   * the processor's cache, however many others there are.
   */
  #oriented = new RowIndex();
  #undetermined = new RowIndex();
  /** The row that was met last. */
  #last = 0;
  /** Linked lists of interface numbers: number, next link; links count from 1. */
  #links = new Int32Array(256);
  #linkCount = 0;

  /** The offset in `rows` of the row with this key, made when it is new. */
  locate(a: number, b: number, ports: number, meta: number): number {
    const rows = this.rows;
    const last = this.#last;
    // What answers a packet is often logged on the next line.
    if (
      rows[last] === a &&
      rows[last + 1] === b &&
      rows[last + PORTS] === ports &&
      rows[last + META] === meta &&
      this.size > 0
    ) {
      return last;
    }
    const at = this.#search(a, b, ports, meta);
    this.#last = at;
    return at;
  }

  #search(a: number, b: number, ports: number, meta: number): number {
    const rows = this.rows;
    const hash = hashOf(a, b, ports, meta);
    const index = (meta & ORIENTED) === 0 ? this.#undetermined : this.#oriented;
    const { slots, mask } = index;
    let slot = hash & mask;
    let entry = slots[slot] as number;
    while (entry !== 0) {
      const at = (entry - 1) * ROW_WORDS;
      if (rows[at] === a && rows[at + 1] === b && rows[at + PORTS] === ports && rows[at + META] === meta) {
        return at;
      }
      slot = (slot + 1) & mask;
      entry = slots[slot] as number;
    }
    return this.#add(index, slot, a, b, ports, meta);
  }

  /**
   * The offsets of the rows with the first so many of these keys, as by `locate` one after the other. Each look-up goes
   * by itself, so that the processor has many of them under way at once.
   */
  locateAll({ a, b, ports, meta }: FlowKeys, count: number, found: Int32Array): void {
    for (let key = 0; key < count; key += 1) {
      const keyMeta = meta[key] as number;
      const hash = hashOf(a[key] as number, b[key] as number, ports[key] as number, keyMeta);
      const { slots, mask } = (keyMeta & ORIENTED) === 0 ? this.#undetermined : this.#oriented;
      found[key] = slots[hash & mask] as number;
    }
    for (let key = 0; key < count; key += 1) {
      const keyA = a[key] as number;
      const keyB = b[key] as number;
      const keyPorts = ports[key] as number;
      const keyMeta = meta[key] as number;
      const at = ((found[key] as number) - 1) * ROW_WORDS;
      const { rows } = this;
      const isThere =
        at >= 0 &&
        rows[at] === keyA &&
        rows[at + 1] === keyB &&
        rows[at + PORTS] === keyPorts &&
        rows[at + META] === keyMeta;
      found[key] = isThere ? at : this.locate(keyA, keyB, keyPorts, keyMeta);
    }
  }

  /** The offset of the row with this key, or -1. */
  find(a: number, b: number, ports: number, meta: number): number {
    const { slots, mask } = (meta & ORIENTED) === 0 ? this.#undetermined : this.#oriented;
    const rows = this.rows;
    let slot = hashOf(a, b, ports, meta) & mask;
    for (;;) {
      const entry = slots[slot] as number;
      if (entry === 0) return -1;
      const at = (entry - 1) * ROW_WORDS;
      if (rows[at] === a && rows[at + 1] === b && rows[at + PORTS] === ports && rows[at + META] === meta) {
        return at;
      }
      slot = (slot + 1) & mask;
    }
  }

  #add(index: RowIndex, slot: number, a: number, b: number, ports: number, meta: number): number {
    const at = this.size * ROW_WORDS;
    if (at === this.rows.length) this.#grow();
    this.rows[at] = a;
    this.rows[at + 1] = b;
    this.rows[at + PORTS] = ports;
    this.rows[at + META] = meta;
    this.size += 1;
    index.add(slot, this.size, this.rows);
    return at;
  }

  #grow(): void {
    const rows = new Int32Array(this.rows.length * 2);
    rows.set(this.rows);
    this.rows = rows;
    if (this.stats.length > 0) this.#growStats();
  }

  #growStats(): void {
    const stats = new Float64Array((this.rows.length / ROW_WORDS) * STAT_WORDS);
    stats.set(this.stats);
    this.stats = stats;
  }

  /** From here on `stats` has room for every row. */
  keepStats(): void {
    if (this.stats.length === 0) this.#growStats();
  }

  /** Notes that a row's flow was logged by an interface. */
  addInterface(at: number, number: number): void {
    const head = this.rows[at + INTERFACES] as number;
    for (let link = head; link !== 0; link = this.#links[link * 2 - 1] as number) {
      if (this.#links[link * 2 - 2] === number) return;
    }
    if (this.#linkCount * 2 === this.#links.length) {
      const links = new Int32Array(this.#links.length * 2);
      links.set(this.#links);
      this.#links = links;
    }
    this.#links[this.#linkCount * 2] = number;
    this.#links[this.#linkCount * 2 + 1] = head;
    this.#linkCount += 1;
    this.rows[at + INTERFACES] = this.#linkCount;
  }

  /** The interface numbers of a row, newest first. */
  interfacesOf(at: number): number[] {
    const numbers: number[] = [];
    for (let link = this.rows[at + INTERFACES] as number; link !== 0; ) {
      numbers.push(this.#links[link * 2 - 2] as number);
      link = this.#links[link * 2 - 1] as number;
    }
    return numbers;
  }

  /** Widens the time of a row to hold `start … end` (seconds since 1970). */
  addTime(at: number, start: number, end: number): void {
    const { rows, stats } = this;
    const stat = (at / ROW_WORDS) * STAT_WORDS;
    const saw = rows[at + SAW] as number;
    const known = (saw & SAW_TIME) !== 0;
    if (!known || start < (stats[stat + FIRST] as number)) stats[stat + FIRST] = start;
    if (!known || end > (stats[stat + LAST] as number)) stats[stat + LAST] = end;
    rows[at + SAW] = saw | SAW_TIME;
  }

  /** Adds packets and bytes to a row; -1 for one that the record does not have. */
  addVolume(at: number, packets: number, bytes: number): void {
    const { rows, stats } = this;
    const stat = (at / ROW_WORDS) * STAT_WORDS;
    if (packets >= 0) {
      stats[stat + PACKETS] = (stats[stat + PACKETS] as number) + packets;
      rows[at + SAW] = (rows[at + SAW] as number) | SAW_PACKETS;
    }
    if (bytes >= 0) {
      stats[stat + BYTES] = (stats[stat + BYTES] as number) + bytes;
      rows[at + SAW] = (rows[at + SAW] as number) | SAW_BYTES;
    }
  }

  /** Adds the records, sums, times and what was seen of a row of another table; interfaces are left to the caller. */
  addRow(at: number, from: FlowTable, fromAt: number): void {
    const saw = from.rows[fromAt + SAW] as number;
    this.rows[at + RECORDS] = (this.rows[at + RECORDS] as number) + (from.rows[fromAt + RECORDS] as number);
    if ((saw & (SAW_PACKETS | SAW_BYTES | SAW_TIME)) === 0) return;
    this.keepStats();
    const stat = (fromAt / ROW_WORDS) * STAT_WORDS;
    const packets = (saw & SAW_PACKETS) === 0 ? -1 : (from.stats[stat + PACKETS] as number);
    const bytes = (saw & SAW_BYTES) === 0 ? -1 : (from.stats[stat + BYTES] as number);
    this.addVolume(at, packets, bytes);
    if ((saw & SAW_TIME) !== 0) {
      this.addTime(at, from.stats[stat + FIRST] as number, from.stats[stat + LAST] as number);
    }
  }
}

/** Row number + 1 by hash of the row's key; 0 is a free slot. */
class RowIndex {
  slots = new Int32Array(4096);
  mask = 4095;
  #size = 0;

  /** Puts a row into a slot that was found free. */
  add(slot: number, entry: number, rows: Int32Array): void {
    this.slots[slot] = entry;
    this.#size += 1;
    if (this.#size * 2 > this.slots.length) this.#rehash(rows);
  }

  #rehash(rows: Int32Array): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (const entry of this.slots) {
      if (entry === 0) continue;
      const at = (entry - 1) * ROW_WORDS;
      const meta = rows[at + META] as number;
      let slot = hashOf(rows[at] as number, rows[at + 1] as number, rows[at + PORTS] as number, meta) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.slots = slots;
    this.mask = mask;
  }
}

function hashOf(a: number, b: number, ports: number, meta: number): number {
  return mix32(Math.imul(a, 0x9e37_79b1) + b, Math.imul(ports, 0x85eb_ca77) + meta);
}
