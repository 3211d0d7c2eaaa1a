import type { Diagnostic } from "../diagnostic.ts";
import { fieldName } from "./known-fields.ts";

/** How to read a column: one small number each, because the parser switches on it for every column of every line. */
export const SKIP = 0;
/** An address of the source or destination. */
export const ADDRESS = 1;
/** `pkt-srcaddr` or `pkt-dstaddr` after its `srcaddr` or `dstaddr`: replaces it unless it is `-`. */
export const PACKET_ADDRESS = 2;
/** `srcaddr` or `dstaddr` after its packet address: counts only when that is `-`. */
export const SECOND_CHOICE = 3;
/** A port, a protocol or flags: a whole number up to `LAST_PORT` or `LAST_PROTOCOL`. */
export const SMALL_NUMBER = 4;
/** A whole number up to 2^53. */
export const BIG_NUMBER = 5;
export const ACTION = 6;
export const STATUS = 7;
export const INTERFACE = 8;

/** Where a column's value goes: words of the parser's record (small) and of its sums (big). */
export const SOURCE_PORT = 0;
export const TARGET_PORT = 1;
export const PROTOCOL = 2;
export const FLAGS = 3;
export const ACTED = 4;
/**
 * An address takes several words from here on: the IPv4 address as a signed number or the number of an IPv6 address,
 * its family (4, 6, or 0 for `-`), and where its text begins and ends in the buffer.
 */
export const SOURCE = 8;
export const TARGET = 12;
export const FAMILY = 1;
export const TEXT_FROM = 2;
export const TEXT_TO = 3;
export const SMALL_SLOTS = 16;
export const PACKET_SUM = 0;
export const BYTE_SUM = 1;
export const START = 2;
export const END = 3;
export const BIG_SLOTS = 4;

export const LAST_PORT = 65_535;
export const LAST_PROTOCOL = 255;

/** A flow-log format: what to do with each column, in the order of the columns. */
export interface FlowFormat {
  readonly fields: readonly string[];
  readonly kinds: Uint8Array;
  readonly slots: Uint8Array;
  /** Both ends of a record have an address: without that no conversation can be read. */
  readonly usable: boolean;
  readonly hasVolume: boolean;
  readonly hasTime: boolean;
  readonly hasStatus: boolean;
}

const READ: Readonly<Record<string, readonly [kind: number, slot: number]>> = {
  srcaddr: [ADDRESS, SOURCE],
  dstaddr: [ADDRESS, TARGET],
  "pkt-srcaddr": [PACKET_ADDRESS, SOURCE],
  "pkt-dstaddr": [PACKET_ADDRESS, TARGET],
  srcport: [SMALL_NUMBER, SOURCE_PORT],
  dstport: [SMALL_NUMBER, TARGET_PORT],
  protocol: [SMALL_NUMBER, PROTOCOL],
  "tcp-flags": [SMALL_NUMBER, FLAGS],
  packets: [BIG_NUMBER, PACKET_SUM],
  bytes: [BIG_NUMBER, BYTE_SUM],
  start: [BIG_NUMBER, START],
  end: [BIG_NUMBER, END],
  action: [ACTION, ACTED],
  "log-status": [STATUS, 0],
  "interface-id": [INTERFACE, 0],
};

/** Whether a column of this name takes part in conversations; others need not be decoded. */
export function readsField(column: string): boolean {
  return Object.hasOwn(READ, fieldName(column));
}

/** The field that counts before an address field of this name; `undefined` for all other names. */
export function packetField(column: string): string | undefined {
  const field = fieldName(column);
  return field === "srcaddr" || field === "dstaddr" ? `pkt-${field}` : undefined;
}

/** The format of files with these columns: any order, unknown ones skipped, of a repeated one the first counts. */
export function flowFormat(columns: readonly string[]): FlowFormat {
  const fields = columns.map(fieldName);
  const kinds = new Uint8Array(fields.length);
  const slots = new Uint8Array(fields.length);
  fields.forEach((field, column) => {
    const read = fields.indexOf(field) === column && Object.hasOwn(READ, field) ? READ[field] : undefined;
    if (read === undefined) return;
    const partner = kinds.findIndex((kind, at) => kind !== SKIP && isAddress(kind) && slots[at] === read[1]);
    kinds[column] = isAddress(read[0]) ? addressKind(read[0], partner >= 0) : read[0];
    slots[column] = read[1];
  });
  const has = (...names: string[]): boolean => names.some((name) => fields.includes(name));
  return {
    fields,
    kinds,
    slots,
    usable: has("srcaddr", "pkt-srcaddr") && has("dstaddr", "pkt-dstaddr"),
    hasVolume: has("packets", "bytes"),
    hasTime: has("start", "end"),
    hasStatus: has("log-status"),
  };
}

function isAddress(kind: number): boolean {
  return kind === ADDRESS || kind === PACKET_ADDRESS || kind === SECOND_CHOICE;
}

function addressKind(kind: number, hasPartner: boolean): number {
  if (!hasPartner) return ADDRESS;
  return kind === PACKET_ADDRESS ? PACKET_ADDRESS : SECOND_CHOICE;
}

/** What it costs that a format lacks a field, in the order in which it matters. */
const COSTS: readonly (readonly [field: string, cost: string])[] = [
  ["tcp-flags", "who opened a connection is known only from databases and ports"],
  ["srcport", "answers of a provider do not tell its port"],
  ["dstport", "requests do not tell the provider's port"],
  ["protocol", "TCP and UDP look the same"],
  ["action", "accepted and rejected traffic look the same"],
  ["start", "the time is that of the file, to five minutes"],
  ["log-status", "lost records cannot be told from silence"],
];

/**
 * What a format cannot tell: nothing, one warning for all fields that it lacks (`FLOW_LOG_FIELDS_ABSENT`), or an error
 * when it has no addresses at all (`FLOW_LOG_NO_ADDRESSES`).
 */
export function formatDiagnostics(format: FlowFormat): Diagnostic[] {
  if (!format.usable) {
    return [
      {
        code: "FLOW_LOG_NO_ADDRESSES",
        what: `The flow log has the columns "${format.fields.join(" ")}"`,
        why: "a conversation needs the address of its source and of its destination",
        fix: `create the flow log with ${reference("srcaddr")} and ${reference("dstaddr")} in its format`,
      },
    ];
  }
  const absent = COSTS.filter(([field]) => !format.fields.includes(field));
  if (absent.length === 0) return [];
  return [
    {
      code: "FLOW_LOG_FIELDS_ABSENT",
      what: `The flow log has no ${absent.map(([field]) => `"${field}"`).join(", ")}`,
      why: absent.map(([, cost]) => cost).join("; "),
      fix: `create a flow log whose format also has ${absent.map(([field]) => reference(field)).join(" ")}`,
    },
  ];
}

/** A field as the LogFormat parameter of CreateFlowLogs writes it. */
function reference(field: string): string {
  return `\${${field}}`;
}
