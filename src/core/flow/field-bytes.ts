import { readIpv6 } from "../net/ipv6-text.ts";
import { FAMILY, TEXT_FROM, TEXT_TO } from "./flow-format.ts";
import type { Ipv6Index } from "./ipv6-index.ts";

const DASH = 45;
const DOT = 46;
const ZERO = 48;
const COLON = 58;
const BLANK = 32;
const GROUPS = 8;

/**
 * Reads the address (or `-`) at `buffer[from]` into the words of `record` that begin at `slot` (see `flow-format.ts`).
 * Some byte that ends a field must follow in the buffer.
 *
 * @returns the index after what was read, or -1 when it is no address
 */
export function readAddress(
  buffer: Uint8Array,
  from: number,
  record: Int32Array,
  slot: number,
  index: Ipv6Index,
): number {
  const to = readQuad(buffer, from, record, slot);
  return to < 0 ? readOther(buffer, from, record, slot, index) : to;
}

/** As {@link readAddress}, for dotted quads alone. */
export function readQuad(buffer: Uint8Array, from: number, record: Int32Array, slot: number): number {
  let at = from;
  let address = 0;
  for (let part = 0; part < 4; part += 1) {
    const octet = readOctet(buffer, at);
    at += octet >>> 8;
    if (octet < 0 || (part < 3 && buffer[at] !== DOT)) return -1;
    at += 1;
    address = (address << 8) | (octet & 255);
  }
  record[slot] = address;
  record[slot + FAMILY] = 4;
  record[slot + TEXT_FROM] = from;
  record[slot + TEXT_TO] = at - 1;
  return at - 1;
}

/** One to three digits that make an octet: the value, and the number of digits from bit 8 on; -1 for all else. */
function readOctet(buffer: Uint8Array, at: number): number {
  const first = (buffer[at] as number) - ZERO;
  if (first >>> 0 > 9) return -1;
  const second = (buffer[at + 1] as number) - ZERO;
  if (second >>> 0 > 9) return 256 | first;
  if (first === 0) return -1;
  const third = (buffer[at + 2] as number) - ZERO;
  if (third >>> 0 > 9) return 512 | (first * 10 + second);
  const value = first * 100 + second * 10 + third;
  return value > 255 ? -1 : 768 | value;
}

/** Reads what is not a dotted quad: `-`, or an IPv6 address. */
function readOther(
  buffer: Uint8Array,
  from: number,
  record: Int32Array,
  slot: number,
  index: Ipv6Index,
): number {
  const isDash = buffer[from] === DASH;
  const to = isDash ? from + 1 : endOfField(buffer, from);
  record[slot + FAMILY] = isDash ? 0 : 6;
  record[slot + TEXT_FROM] = from;
  record[slot + TEXT_TO] = to;
  if (isDash) return to;
  if (!readGroups(buffer, from, to) && !readMixed(buffer, from, to)) return -1;
  record[slot] = index.indexOf(wordAt(0), wordAt(2), wordAt(4), wordAt(6));
  return to;
}

/** The eight groups of the address that was read last. */
const groups = new Uint16Array(GROUPS);

/** Two groups as a signed 32-bit word. */
function wordAt(group: number): number {
  return ((groups[group] as number) << 16) | (groups[group + 1] as number);
}

/** Reads hex groups and at most one `::` into `groups`; false when the text is anything else. */
function readGroups(buffer: Uint8Array, from: number, to: number): boolean {
  let count = 0;
  let gap = separatorLength(buffer, from, to) === 2 ? 0 : -1;
  let at = gap === 0 ? from + 2 : from;
  let isOpen = false;
  while (at < to) {
    at = readGroup(buffer, at, to, count);
    if (at < 0) return false;
    count += 1;
    const separator = separatorLength(buffer, at, to);
    if (separator === 2 && gap >= 0) return false;
    if (separator === 2) gap = count;
    isOpen = separator === 1;
    at += separator;
  }
  return !isOpen && fillGap(count, gap);
}

/** How many colons, of at most two, are at `at`. */
function separatorLength(buffer: Uint8Array, at: number, to: number): number {
  if (at >= to || buffer[at] !== COLON) return 0;
  return at + 1 < to && buffer[at + 1] === COLON ? 2 : 1;
}

/** Makes eight groups of those before and after the gap (-1: none); false when their number does not fit. */
function fillGap(count: number, gap: number): boolean {
  if (gap < 0) return count === GROUPS;
  if (count === GROUPS) return false;
  const tail = GROUPS - (count - gap);
  // By hand: on so few elements the built-in functions cost more than the rest of the address.
  for (let at = GROUPS - 1; at >= tail; at -= 1) groups[at] = groups[at - tail + gap] as number;
  for (let at = gap; at < tail; at += 1) groups[at] = 0;
  return true;
}

/** Reads one group of one to four hex digits; the index of the colon or end after it, or -1. */
function readGroup(buffer: Uint8Array, from: number, to: number, group: number): number {
  let value = 0;
  let at = from;
  for (; at < to && buffer[at] !== COLON; at += 1) {
    const digit = HEX[buffer[at] as number] as number;
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  const digits = at - from;
  if (digits < 1 || digits > 4 || group >= GROUPS) return -1;
  groups[group] = value;
  return at;
}

const HEX = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit += 1) {
  const text = digit.toString(16);
  HEX[text.charCodeAt(0)] = digit;
  HEX[text.toUpperCase().charCodeAt(0)] = digit;
}

/** Reads IPv6 text that ends in a dotted quad, which flow logs hardly ever have. */
function readMixed(buffer: Uint8Array, from: number, to: number): boolean {
  if (to - from > 45 || !buffer.subarray(from, to).includes(DOT)) return false;
  let rest = readIpv6(String.fromCharCode(...buffer.subarray(from, to)));
  if (rest === undefined) return false;
  for (let group = GROUPS - 1; group >= 0; group -= 1) {
    groups[group] = Number(rest & 0xffffn);
    rest >>= 16n;
  }
  return true;
}

/** The index of the blank or control character that ends the field at `from`. */
export function endOfField(buffer: Uint8Array, from: number): number {
  let at = from;
  while ((buffer[at] as number) > BLANK) at += 1;
  return at;
}

/**
 * Reads a whole number of one to five digits.
 *
 * @returns the number, with the count of its digits from bit 20 on, or -1 when there is no digit; a sixth digit is not
 * read, so the caller must check that the field ends there
 */
export function readSmallNumber(buffer: Uint8Array, at: number): number {
  let value = digitAt(buffer, at);
  if (value >>> 0 > 9) return -1;
  let end = at + 1;
  for (let digit = digitAt(buffer, end); digit >>> 0 <= 9 && end - at < 5; digit = digitAt(buffer, end)) {
    value = value * 10 + digit;
    end += 1;
  }
  return ((end - at) << 20) | value;
}

/** The digit at `at`; above 9 as an unsigned number when there is none. */
export function digitAt(buffer: Uint8Array, at: number): number {
  return (buffer[at] as number) - ZERO;
}
