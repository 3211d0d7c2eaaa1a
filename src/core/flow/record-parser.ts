import { isSameText, TEXT_WINDOW } from "./compare-text.ts";
import { digitAt, readAddress, readSmallNumber } from "./field-bytes.ts";
import {
  ACTED,
  ACTION,
  ADDRESS,
  BIG_NUMBER,
  BIG_SLOTS,
  FAMILY,
  type FlowFormat,
  INTERFACE,
  LAST_PORT,
  LAST_PROTOCOL,
  PACKET_ADDRESS,
  PROTOCOL,
  SECOND_CHOICE,
  SMALL_NUMBER,
  SMALL_SLOTS,
  SOURCE,
  STATUS,
  TARGET,
  TEXT_FROM,
  TEXT_TO,
} from "./flow-format.ts";
import type { Ipv6Index } from "./ipv6-index.ts";
import { TEN_FIELDS } from "./known-fields.ts";
import { MAX_LINE } from "./line-splitter.ts";
import { ACCEPT, NO_ACTION, REJECT } from "./row-layout.ts";
import { readTenColumns } from "./ten-column-line.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
const DASH = 45;
const LETTER_A = 65;
const LETTER_O = 79;
const ACCEPT_BYTES = Uint8Array.from([65, 67, 67, 69, 80, 84]);
const REJECT_BYTES = Uint8Array.from([82, 69, 74, 69, 67, 84]);
const BIG_DIGITS = 15;

/**
 * Reads records of one format from bytes, one line a call, into fields that the next call overwrites: no object and
 * no string per line. Only lines in the exact form that AWS writes are read here; all others are for `readOddLine`.
 */
export class RecordParser {
  /** Addresses, ports, protocol, flags and action, by slot of `flow-format.ts`; -1 for a number that is not there. */
  readonly small = new Int32Array(SMALL_SLOTS).fill(-1);
  /** Packets, bytes, start and end by slot; -1 where there is none. */
  readonly big = new Float64Array(BIG_SLOTS).fill(-1);
  /** Where the interface id lies in the buffer; equal when there is none. */
  interfaceFrom = 0;
  interfaceTo = 0;
  readonly #kinds: Uint8Array;
  readonly #slots: Uint8Array;
  readonly #hasTenColumns: boolean;
  readonly #ipv6: Ipv6Index;
  /** The words of an address that does not count. */
  readonly #aside = new Int32Array(4);
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(format: FlowFormat, ipv6: Ipv6Index) {
    this.#kinds = format.kinds;
    this.#slots = format.slots;
    this.#hasTenColumns = format.fields.join(" ") === TEN_FIELDS.join(" ");
    this.#ipv6 = ipv6;
    this.small[ACTED] = NO_ACTION;
  }

  /** Names the buffer of the next lines. */
  use(buffer: Uint8Array): void {
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /**
   * Reads the line at `from` of the buffer in use, which must hold a line feed at or after it.
   *
   * @returns the index after the line feed, or -1 when the line is not a record in the plain form
   */
  readLine(buffer: Uint8Array, from: number): number {
    if (this.#hasTenColumns) {
      const next = readTenColumns(buffer, this.#view, from, this.small);
      if (next >= 0) return next;
    }
    return this.#readColumns(buffer, from);
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one call and one switch per column cost 2.4 times as much
  #readColumns(buffer: Uint8Array, from: number): number {
    const kinds = this.#kinds;
    const slots = this.#slots;
    const small = this.small;
    const view = this.#view;
    const lastWindow = view.byteLength - TEXT_WINDOW;
    const last = kinds.length - 1;
    let at = from;
    for (let column = 0; column <= last; column += 1) {
      const slot = slots[column] as number;
      const start = at;
      switch (kinds[column]) {
        case ADDRESS:
          at = readAddress(buffer, at, small, slot, this.#ipv6);
          if (at < 0) return -1;
          break;
        case PACKET_ADDRESS: {
          const text = small[slot + TEXT_FROM] as number;
          const length = (small[slot + TEXT_TO] as number) - text;
          // The same text as the address before it, which is the rule, is not read again.
          if (
            at <= lastWindow &&
            isSameText(view, text, at, length) &&
            (buffer[at + length] as number) <= BLANK
          ) {
            at += length;
          } else {
            at = buffer[at] === DASH ? at + 1 : readAddress(buffer, at, small, slot, this.#ipv6);
            if (at < 0) return -1;
          }
          break;
        }
        case SECOND_CHOICE:
          at =
            small[slot + FAMILY] === 0
              ? readAddress(buffer, at, small, slot, this.#ipv6)
              : this.#passAddress(buffer, at, slot);
          if (at <= start) return -1;
          break;
        case SMALL_NUMBER: {
          const read = readSmallNumber(buffer, at);
          const value = read & 0xf_ffff;
          if (read < 0) {
            if (buffer[at] !== DASH) return -1;
            small[slot] = -1;
            at += 1;
          } else {
            if (value > (slot === PROTOCOL ? LAST_PROTOCOL : LAST_PORT)) return -1;
            small[slot] = value;
            at += read >>> 20;
          }
          break;
        }
        case BIG_NUMBER:
          at = this.#readBig(buffer, at, slot);
          if (at < 0) return -1;
          break;
        case ACTION:
          at = this.#readAction(buffer, at);
          if (at < 0) return -1;
          break;
        default:
          while ((buffer[at] as number) > BLANK) at += 1;
          if (at === start || !this.#accepts(kinds[column] as number, buffer, start, at)) return -1;
      }
      if (buffer[at] !== BLANK) {
        if (column < last) return -1;
        break;
      }
      at += 1;
    }
    return this.#endLine(buffer, from, at);
  }

  /** Passes over an address that does not count, which is nearly always the one that does; -1 when it is none. */
  #passAddress(buffer: Uint8Array, from: number, slot: number): number {
    const text = this.small[slot + TEXT_FROM] as number;
    const end = from + (this.small[slot + TEXT_TO] as number) - text;
    const isSame =
      from <= buffer.length - TEXT_WINDOW &&
      isSameText(this.#view, text, from, end - from) &&
      (buffer[end] as number) <= BLANK;
    if (isSame) return end;
    return buffer[from] === DASH ? from + 1 : readAddress(buffer, from, this.#aside, 0, this.#ipv6);
  }

  /** The index after the line feed at `at` when the record has two addresses of one family, else -1. */
  #endLine(buffer: Uint8Array, from: number, end: number): number {
    const at = buffer[end] === CARRIAGE_RETURN ? end + 1 : end;
    if (buffer[at] !== LINE_FEED || at - from > MAX_LINE) return -1;
    const family = this.small[SOURCE + FAMILY];
    return family !== 0 && family === this.small[TARGET + FAMILY] ? at + 1 : -1;
  }

  #accepts(kind: number, buffer: Uint8Array, from: number, to: number): boolean {
    if (kind === INTERFACE) {
      this.interfaceFrom = from;
      this.interfaceTo = to;
    }
    // Of OK, NODATA and SKIPDATA only the first stands for a record.
    return kind !== STATUS || buffer[from] === LETTER_O;
  }

  #readBig(buffer: Uint8Array, from: number, slot: number): number {
    let at = from;
    let value = 0;
    for (let digit = digitAt(buffer, at); digit >>> 0 <= 9; digit = digitAt(buffer, at)) {
      value = value * 10 + digit;
      at += 1;
    }
    if (at === from) {
      this.big[slot] = -1;
      return buffer[from] === DASH ? from + 1 : -1;
    }
    this.big[slot] = value;
    return at - from <= BIG_DIGITS ? at : -1;
  }

  #readAction(buffer: Uint8Array, from: number): number {
    if (buffer[from] === DASH) {
      this.small[ACTED] = NO_ACTION;
      return from + 1;
    }
    const isAccepted = buffer[from] === LETTER_A;
    const word = isAccepted ? ACCEPT_BYTES : REJECT_BYTES;
    for (let at = 0; at < 6; at += 1) {
      if (buffer[from + at] !== word[at]) return -1;
    }
    this.small[ACTED] = isAccepted ? ACCEPT : REJECT;
    return from + 6;
  }
}
