import { parseAddress } from "../net/address.ts";
import {
  ACTION,
  BIG_NUMBER,
  END,
  type FlowFormat,
  INTERFACE,
  LAST_PORT,
  LAST_PROTOCOL,
  PROTOCOL,
  SKIP,
  SMALL_NUMBER,
  START,
  STATUS,
} from "./flow-format.ts";
import { isHeader } from "./known-fields.ts";

const BLANK = 32;
const DASH = 45;
const NUMBER = /^([0-9]{1,15}|-)$/;

/** What a line is that the fast parser refused. */
export type OddLine =
  | { readonly kind: "blank" }
  | { readonly kind: "header"; readonly columns: readonly string[] }
  | { readonly kind: "noData" }
  | { readonly kind: "skipData" }
  /** A record, but with unusual blanks: the same line as AWS would write it. */
  | { readonly kind: "record"; readonly line: string }
  | { readonly kind: "malformed"; readonly reason: string };

/**
 * Whether the line `buffer[from, to)` is nothing but that many `-`: how a format without `log-status` writes an interval
 * without records, which may be most of the lines of an idle database.
 */
export function isAllDashes(buffer: Uint8Array, from: number, to: number, columns: number): boolean {
  if (to - from !== columns * 2 - 1) return false;
  for (let at = from; at < to; at += 1) {
    if (buffer[at] !== ((at - from) % 2 === 0 ? DASH : BLANK)) return false;
  }
  return true;
}

/** The columns of a line of text. */
export function columnsOf(line: string): string[] {
  return line.split(/[ \t\r]+/).filter((column) => column !== "");
}

/** Says what a line is; `format` is undefined before the first header. */
export function readOddLine(columns: readonly string[], format: FlowFormat | undefined): OddLine {
  if (columns.length === 0) return { kind: "blank" };
  if (columns[0] !== "-" && isHeader(columns)) return { kind: "header", columns };
  if (format === undefined) {
    return {
      kind: "malformed",
      reason: "no header before it, and it is in none of the formats known by heart",
    };
  }
  if (columns.length !== format.kinds.length) {
    return { kind: "malformed", reason: `${columns.length} columns instead of ${format.kinds.length}` };
  }
  return dataGap(columns, format) ?? readColumns(columns, format);
}

/** The lines that stand for an interval without records. */
function dataGap(columns: readonly string[], format: FlowFormat): OddLine | undefined {
  const status = format.hasStatus ? columns[format.fields.indexOf("log-status")] : undefined;
  if (status === "NODATA") return { kind: "noData" };
  if (status === "SKIPDATA") return { kind: "skipData" };
  return columns.every((column, at) => column === "-" || !tellsOfTraffic(format, at)) && format.usable
    ? { kind: "noData" }
    : undefined;
}

/** Whether a value in this column means that there were packets: an empty interval has a time and an interface too. */
function tellsOfTraffic({ kinds, slots }: FlowFormat, at: number): boolean {
  const isTime = kinds[at] === BIG_NUMBER && (slots[at] === START || slots[at] === END);
  return !isTime && kinds[at] !== SKIP && kinds[at] !== INTERFACE && kinds[at] !== STATUS;
}

function readColumns(columns: readonly string[], format: FlowFormat): OddLine {
  if (!format.usable) return { kind: "malformed", reason: "the format has no addresses" };
  for (const [at, column] of columns.entries()) {
    const expected = columnFault(format, at, column);
    if (expected !== undefined) {
      return { kind: "malformed", reason: `"${format.fields[at]}" is "${clipped(column)}", not ${expected}` };
    }
  }
  const addresses = ["src", "dst"].map((end) => addressOf(columns, format, end));
  if (addresses.includes("-"))
    return { kind: "malformed", reason: 'an address is "-" in a line with other values' };
  const [source = "", target = ""] = addresses;
  if (source.includes(":") !== target.includes(":")) {
    return { kind: "malformed", reason: "one address is IPv4, the other IPv6" };
  }
  return { kind: "record", line: `${columns.join(" ")}\n` };
}

function addressOf(columns: readonly string[], format: FlowFormat, end: string): string {
  const packet = columns[format.fields.indexOf(`pkt-${end}addr`)] ?? "-";
  return packet === "-" ? (columns[format.fields.indexOf(`${end}addr`)] ?? "-") : packet;
}

/** What a column should have been, or undefined when it is fine. */
function columnFault(format: FlowFormat, at: number, column: string): string | undefined {
  switch (format.kinds[at]) {
    case SKIP:
    case INTERFACE:
      return undefined;
    case STATUS:
      return column.startsWith("O") ? undefined : "OK, NODATA or SKIPDATA";
    case ACTION:
      return /^(ACCEPT|REJECT|-)$/.test(column) ? undefined : "ACCEPT or REJECT";
    case SMALL_NUMBER:
      return smallFault(column, format.slots[at] === PROTOCOL ? LAST_PROTOCOL : LAST_PORT);
    case BIG_NUMBER:
      return NUMBER.test(column) ? undefined : "a number";
    default:
      return column === "-" || parseAddress(column).ok ? undefined : "an address";
  }
}

function smallFault(column: string, last: number): string | undefined {
  return NUMBER.test(column) && !(Number(column) > last) ? undefined : `a number up to ${last}`;
}

function clipped(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
