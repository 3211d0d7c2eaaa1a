import { readAddress, readSmallNumber } from "./field-bytes.ts";
import type { ColumnValue, FlowColumn, FlowColumns } from "./flow-columns.ts";
import {
  ACTED,
  ACTION,
  ADDRESS,
  BIG_NUMBER,
  BIG_SLOTS,
  END,
  FAMILY,
  type FlowFormat,
  INTERFACE,
  LAST_PORT,
  LAST_PROTOCOL,
  PACKET_ADDRESS,
  PROTOCOL,
  SECOND_CHOICE,
  SKIP,
  SMALL_NUMBER,
  SMALL_SLOTS,
  SOURCE,
  START,
  STATUS,
  TARGET,
} from "./flow-format.ts";
import type { Ipv6Index } from "./ipv6-index.ts";
import { fieldName } from "./known-fields.ts";
import type { NameIndex } from "./name-index.ts";
import { NO_ACTION } from "./row-layout.ts";

/** What a row of columns is. */
export type ColumnRow = "record" | "noData" | "skipData" | { readonly malformed: string };

const NONE = -1;
const BAD = -2;
const LONGEST_TEXT = 64;
const LINE_FEED = 10;
const BAD_FAMILY = 255;
const STATUSES: readonly string[] = ["OK", "NODATA", "SKIPDATA"];
/** In the order of the numbers of `row-layout.ts`. */
const ACTIONS: readonly string[] = ["ACCEPT", "REJECT"];

interface PreparedColumn {
  readonly name: string;
  readonly codes: Int32Array;
  readonly kind: number;
  readonly slot: number;
  readonly isAddress: boolean;
  /** The meaning of each value: a number, an address word, or the number of a name; `NONE` or `BAD`. */
  readonly words: Float64Array;
  /** The family of each value of an address column: 4, 6, 0 for none, `BAD_FAMILY`. */
  readonly families: Uint8Array;
}

/**
 * Reads rows of columns into the same words as `RecordParser` reads lines into. Every distinct value is understood
 * once; a row then costs one look-up per column and no text.
 */
export class ColumnRecords {
  /** As those of `RecordParser`. */
  readonly small = new Int32Array(SMALL_SLOTS).fill(NONE);
  readonly big = new Float64Array(BIG_SLOTS).fill(NONE);
  readonly interfaceFrom = 0;
  readonly interfaceTo = 0;
  /** Number of the interface that logged the row read last; -1 for none. */
  interfaceNumber = NONE;
  readonly #columns: readonly PreparedColumn[];

  constructor(format: FlowFormat, batch: FlowColumns, ipv6: Ipv6Index, names: NameIndex) {
    const byField = new Map(batch.columns.map((column) => [fieldName(column.name), column]));
    const columns: PreparedColumn[] = [];
    format.fields.forEach((field, at) => {
      const column = byField.get(field);
      const kind = format.kinds[at] as number;
      if (column === undefined || kind === SKIP) return;
      columns.push(prepare(column, kind, format.slots[at] as number, ipv6, names));
    });
    this.#columns = columns;
    this.small[ACTED] = NO_ACTION;
  }

  /** Reads one row, counted from 0. */
  read(row: number): ColumnRow {
    const { small } = this;
    small[SOURCE + FAMILY] = 0;
    small[TARGET + FAMILY] = 0;
    let hasValue = false;
    let status = 0;
    for (const column of this.#columns) {
      const code = column.codes[row] as number;
      const word = wordAt(column, code);
      // The address 255.255.255.254 is the same word as `BAD`; of addresses the family tells.
      if (word === BAD && !column.isAddress) return malformed(column.name);
      if (column.kind === STATUS) status = word;
      else hasValue = this.#take(column, code, word) || hasValue;
    }
    if (status > 0) return status === 1 ? "noData" : "skipData";
    return this.#judge(hasValue);
  }

  /** Puts a value where it belongs; answers whether it tells of traffic. */
  #take(column: PreparedColumn, code: number, word: number): boolean {
    const { kind, slot } = column;
    switch (kind) {
      case SMALL_NUMBER:
        this.small[slot] = word;
        return word !== NONE;
      case BIG_NUMBER:
        this.big[slot] = word;
        return word !== NONE && slot !== START && slot !== END;
      case ACTION:
        this.small[ACTED] = word === NONE ? NO_ACTION : word;
        return word !== NONE;
      case INTERFACE:
        this.interfaceNumber = word;
        return false;
      default:
        return this.#takeAddress(column, code, word);
    }
  }

  #takeAddress({ kind, slot, families }: PreparedColumn, code: number, word: number): boolean {
    const family = code < 0 ? 0 : (families[code] as number);
    if (family === 0) return false;
    if (kind === SECOND_CHOICE && this.small[slot + FAMILY] !== 0) return true;
    this.small[slot] = word;
    this.small[slot + FAMILY] = family;
    return true;
  }

  #judge(hasValue: boolean): ColumnRow {
    const source = this.small[SOURCE + FAMILY] as number;
    const target = this.small[TARGET + FAMILY] as number;
    if (source === 0 && target === 0 && !hasValue) return "noData";
    if (source === BAD_FAMILY || target === BAD_FAMILY) return { malformed: "an address is not an address" };
    if (source === 0 || target === 0)
      return { malformed: "an address is missing in a row with other values" };
    return source === target ? "record" : { malformed: "one address is IPv4, the other IPv6" };
  }
}

const wordAt = ({ words }: PreparedColumn, code: number): number =>
  code < 0 ? NONE : (words[code] as number);

const malformed = (name: string): ColumnRow => ({ malformed: `"${name}" has a value that it cannot have` });

function prepare(
  column: FlowColumn,
  kind: number,
  slot: number,
  ipv6: Ipv6Index,
  names: NameIndex,
): PreparedColumn {
  const { values } = column;
  const words = new Float64Array(values.length);
  const isAddress = kind === ADDRESS || kind === PACKET_ADDRESS || kind === SECOND_CHOICE;
  const families = new Uint8Array(isAddress ? values.length : 0);
  const record = new Int32Array(4);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as ColumnValue;
    if (isAddress) {
      families[at] = addressFamily(value, record, ipv6);
      words[at] = record[0] as number;
    } else words[at] = wordOf(value, kind, slot, names);
  }
  return { name: column.name, codes: column.codes, kind, slot, isAddress, words, families };
}

const scratch = new Uint8Array(LONGEST_TEXT + 1);

/** The text in `scratch` with a line feed after it; its length, or -1 when it is no text or too long for a field. */
function toScratch(value: ColumnValue): number {
  if (!(value instanceof Uint8Array) || value.length > LONGEST_TEXT) return -1;
  scratch.set(value);
  scratch[value.length] = LINE_FEED;
  return value.length;
}

function addressFamily(value: ColumnValue, record: Int32Array, ipv6: Ipv6Index): number {
  const length = toScratch(value);
  if (length === 0) return 0;
  if (length < 0 || readAddress(scratch, 0, record, 0, ipv6) !== length) return BAD_FAMILY;
  return record[FAMILY] as number;
}

function wordOf(value: ColumnValue, kind: number, slot: number, names: NameIndex): number {
  if (kind === SMALL_NUMBER) return smallNumber(value, slot === PROTOCOL ? LAST_PROTOCOL : LAST_PORT);
  if (kind === BIG_NUMBER) return bigNumber(value);
  return value instanceof Uint8Array ? textWord(value, kind, names) : BAD;
}

function textWord(value: Uint8Array, kind: number, names: NameIndex): number {
  const text = String.fromCharCode(...value.subarray(0, LONGEST_TEXT));
  if (text === "-" || text === "") return kind === STATUS ? 0 : NONE;
  if (kind === INTERFACE) return names.indexOf(text);
  const words = kind === STATUS ? STATUSES : ACTIONS;
  const word = words.indexOf(text);
  return word < 0 ? BAD : word;
}

function smallNumber(value: ColumnValue, last: number): number {
  const number = value instanceof Uint8Array ? textNumber(value) : Number(value);
  return number === NONE || (number >= 0 && number <= last) ? number : BAD;
}

/** Numbers in text columns, which some exports write; `-` and the empty text are none. */
function textNumber(value: Uint8Array): number {
  const length = toScratch(value);
  if (length === 0 || (length === 1 && scratch[0] === 45)) return NONE;
  const read = length < 0 ? -1 : readSmallNumber(scratch, 0);
  return read >= 0 && read >>> 20 === length ? read & 0xf_ffff : BAD;
}

function bigNumber(value: ColumnValue): number {
  if (value instanceof Uint8Array) {
    const text = String.fromCharCode(...value.subarray(0, LONGEST_TEXT));
    if (text === "-" || text === "") return NONE;
    return /^[0-9]{1,15}$/.test(text) ? Number(text) : BAD;
  }
  const number = Number(value);
  return number >= NONE && Number.isSafeInteger(number) ? number : BAD;
}
