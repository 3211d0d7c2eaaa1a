import { readAddress, readQuad, readSmallNumber } from "./field-bytes.ts";
import {
  type ColumnValue,
  type ColumnValues,
  type FlowColumn,
  type FlowColumns,
  type TextValues,
  valueAt,
  valueCount,
} from "./flow-columns.ts";
import {
  ACTED,
  ACTION,
  ADDRESS,
  BIG_NUMBER,
  BIG_SLOTS,
  END,
  FAMILY,
  FLAGS,
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
  SOURCE_PORT,
  START,
  STATUS,
  TARGET,
  TARGET_PORT,
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
const LONGEST_QUAD = 15;
const LINE_FEED = 10;
const BAD_FAMILY = 255;
/** Of what is no address: all are none. */
const NO_FAMILIES = new Uint8Array(1);
const STATUSES: readonly string[] = ["OK", "NODATA", "SKIPDATA"];
/** In the order of the numbers of `row-layout.ts`. */
const ACTIONS: readonly string[] = ["ACCEPT", "REJECT"];

/** A column whose values are understood. */
export interface PreparedColumn {
  readonly name: string;
  readonly codes: Int32Array;
  readonly kind: number;
  readonly slot: number;
  readonly isAddress: boolean;
  /**
   * The meaning of each value by its code + 1: a number, an address word, or the number of a name; `NONE` or `BAD`. First
   * that of no value, so that a row without one is read as any other.
   */
  readonly words: Int32Array | Float64Array;
  /** The family of each value of an address column, in the same order: 4, 6, 0 for none, `BAD_FAMILY`. */
  readonly families: Uint8Array;
  readonly isSound: boolean;
}

/** The columns that every record is made of; those that the file does not have are empty. */
export interface PlainColumns {
  readonly source: PreparedColumn;
  readonly target: PreparedColumn;
  readonly sourcePort: PreparedColumn;
  readonly targetPort: PreparedColumn;
  readonly protocol: PreparedColumn;
  readonly flags: PreparedColumn;
  readonly action: PreparedColumn;
  readonly status: PreparedColumn;
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
  readonly #sums: readonly PreparedColumn[];
  /**
   * What rows with both addresses where they count first are made of, as nearly all are. Absent where a column has
   * values that it cannot have: then each row is to be read with care.
   */
  readonly plain: PlainColumns | undefined;

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
    this.#sums = columns.filter(({ kind }) => kind === BIG_NUMBER || kind === INTERFACE);
    this.plain = columns.every(({ isSound }) => isSound) ? plainColumns(columns, batch.rows) : undefined;
    this.small[ACTED] = NO_ACTION;
  }

  /** Reads the sums, the times and the interface of a row of sound columns. */
  readSums(row: number): void {
    for (const { kind, slot, codes, words } of this.#sums) {
      const word = words[(codes[row] as number) + 1] as number;
      if (kind === BIG_NUMBER) this.big[slot] = word;
      else this.interfaceNumber = word;
    }
  }

  /** Whether there are any columns for {@link readSums}. */
  get hasSums(): boolean {
    return this.#sums.length > 0;
  }

  /** Reads one row with care, counted from 0. */
  read(row: number): ColumnRow {
    const { small } = this;
    small[SOURCE + FAMILY] = 0;
    small[TARGET + FAMILY] = 0;
    let hasValue = false;
    let status = 0;
    for (const column of this.#columns) {
      const code = (column.codes[row] as number) + 1;
      const word = column.words[code] as number;
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
        this.small[ACTED] = word;
        return word !== NO_ACTION;
      case INTERFACE:
        this.interfaceNumber = word;
        return false;
      default:
        return this.#takeAddress(column, code, word);
    }
  }

  #takeAddress({ kind, slot, families }: PreparedColumn, code: number, word: number): boolean {
    const family = families[code] as number;
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

const malformed = (name: string): ColumnRow => ({ malformed: `"${name}" has a value that it cannot have` });

/** The columns by what they say; `undefined` where an address is not in the file at all. */
function plainColumns(columns: readonly PreparedColumn[], rows: number): PlainColumns | undefined {
  const nowhere = new Int32Array(rows).fill(-1);
  const address = (slot: number) =>
    columns.find((c) => c.kind === PACKET_ADDRESS && c.slot === slot) ??
    columns.find((c) => c.kind === ADDRESS && c.slot === slot);
  const source = address(SOURCE);
  const target = address(TARGET);
  if (source === undefined || target === undefined) return undefined;
  const other = (kind: number, slot: number): PreparedColumn =>
    columns.find((c) => c.kind === kind && c.slot === slot) ?? absent(kind, slot, nowhere);
  return {
    source,
    target,
    sourcePort: other(SMALL_NUMBER, SOURCE_PORT),
    targetPort: other(SMALL_NUMBER, TARGET_PORT),
    protocol: other(SMALL_NUMBER, PROTOCOL),
    flags: other(SMALL_NUMBER, FLAGS),
    action: other(ACTION, ACTED),
    status: other(STATUS, 0),
  };
}

function absent(kind: number, slot: number, codes: Int32Array): PreparedColumn {
  const words = Int32Array.of(noWord(kind));
  return { name: "", codes, kind, slot, isAddress: false, words, families: NO_FAMILIES, isSound: true };
}

/** The word of a row without a value. */
const noWord = (kind: number): number => (kind === ACTION ? NO_ACTION : NONE);

function prepare(
  { name, codes, values }: FlowColumn,
  kind: number,
  slot: number,
  ipv6: Ipv6Index,
  names: NameIndex,
): PreparedColumn {
  const count = valueCount(values);
  const isAddress = kind === ADDRESS || kind === PACKET_ADDRESS || kind === SECOND_CHOICE;
  const words = kind === BIG_NUMBER ? new Float64Array(count + 1) : new Int32Array(count + 1);
  words[0] = noWord(kind);
  if (isAddress) {
    const families = new Uint8Array(count + 1);
    const record = new Int32Array(4);
    for (let at = 0; at < count; at += 1) {
      families[at + 1] = addressFamily(values, at, record, ipv6);
      words[at + 1] = record[0] as number;
    }
    return { name, codes, kind, slot, isAddress, words, families, isSound: !families.includes(BAD_FAMILY) };
  }
  for (let at = 0; at < count; at += 1) words[at + 1] = wordOf(valueAt(values, at), kind, slot, names);
  return { name, codes, kind, slot, isAddress, words, families: NO_FAMILIES, isSound: !words.includes(BAD) };
}

const scratch = new Uint8Array(LONGEST_TEXT + 1);

/** The text in `scratch` with a line feed after it; its length, or -1 when it is no text or too long for a field. */
function toScratch(value: ColumnValue): number {
  if (!(value instanceof Uint8Array) || value.length > LONGEST_TEXT) return -1;
  scratch.set(value);
  scratch[value.length] = LINE_FEED;
  return value.length;
}

function addressFamily(values: ColumnValues, at: number, record: Int32Array, ipv6: Ipv6Index): number {
  if ("spans" in values && isQuadInPlace(values, at, record)) return 4;
  const length = toScratch(valueAt(values, at));
  if (length === 0) return 0;
  if (length < 0 || readAddress(scratch, 0, record, 0, ipv6) !== length) return BAD_FAMILY;
  return record[FAMILY] as number;
}

/** Reads a dotted quad where it lies, if what follows it lets one see where it ends. */
function isQuadInPlace({ bytes, spans }: TextValues, at: number, record: Int32Array): boolean {
  const from = spans[2 * at] as number;
  const to = spans[2 * at + 1] as number;
  return to + LONGEST_QUAD <= bytes.length && readQuad(bytes, from, record, 0) === to;
}

function wordOf(value: ColumnValue, kind: number, slot: number, names: NameIndex): number {
  if (kind === SMALL_NUMBER) return smallNumber(value, slot === PROTOCOL ? LAST_PROTOCOL : LAST_PORT);
  if (kind === BIG_NUMBER) return bigNumber(value);
  return value instanceof Uint8Array ? textWord(value, kind, names) : BAD;
}

function textWord(value: Uint8Array, kind: number, names: NameIndex): number {
  const text = String.fromCharCode(...value.subarray(0, LONGEST_TEXT));
  if (text === "-" || text === "") return kind === STATUS ? 0 : noWord(kind);
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
