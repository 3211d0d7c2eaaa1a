import { formatIpv4 } from "../net/ipv4-text.ts";
import { formatIpv6 } from "../net/ipv6-text.ts";
import type { Conversation, FlowAction } from "./conversation.ts";
import type { FlowRows } from "./flow-rows.ts";
import type { FlowTable } from "./flow-table.ts";
import { databaseAt, type KnownDatabases } from "./known-databases.ts";
import { EVIDENCE } from "./resolve-flows.ts";
import {
  A,
  A_IS_IPV6,
  ACTION_MASK,
  ACTION_SHIFT,
  B,
  B_HAS_NO_PORT,
  B_IS_IPV6,
  BY_SHIFT,
  BYTES,
  FIRST,
  INTERFACES,
  LAST,
  META,
  NO_PROTOCOL,
  PACKETS,
  PORTS,
  PROTOCOL_MASK,
  RECORDS,
  ROW_WORDS,
  SAW,
  SAW_BYTES,
  SAW_PACKETS,
  SAW_TIME,
  STAT_WORDS,
} from "./row-layout.ts";
import { formatUtc } from "./utc-time.ts";

const PROTOCOL_NAMES: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp" };
const ACTION_NAMES: readonly (FlowAction | undefined)[] = ["ACCEPT", "REJECT", undefined];
const FIRST_IPV6 = 2 ** 32;

/** Turns resolved rows into conversations, by consumer, provider, port, protocol and action, ascending. */
export function listConversations(
  table: FlowRows,
  resolved: FlowTable,
  databases: KnownDatabases,
): Conversation[] {
  const addresses = new AddressTexts(table);
  return sortedRows(resolved, addresses).map((at) =>
    conversationOf(table, resolved, at, addresses, databases),
  );
}

/** Texts and order of the addresses in rows: each is written once. */
class AddressTexts {
  readonly #ipv4 = new Map<number, string>();
  readonly #values: bigint[] = [];
  readonly #texts: string[] = [];
  readonly #ranks: number[] = [];

  constructor(table: FlowRows) {
    for (let index = 0; index < table.ipv6.size; index += 1) this.#values.push(table.ipv6.valueOf(index));
    this.#texts.push(...this.#values.map(formatIpv6));
    const order = this.#values.map((value, index) => ({ value, index }));
    order.sort((x, y) => (x.value < y.value ? -1 : 1));
    order.forEach(({ index }, rank) => {
      this.#ranks[index] = rank;
    });
  }

  text(word: number, isIpv6: number): string {
    if (isIpv6 !== 0) return this.#texts[word] ?? "";
    const known = this.#ipv4.get(word);
    if (known !== undefined) return known;
    const text = formatIpv4(word);
    this.#ipv4.set(word, text);
    return text;
  }

  value(word: number, isIpv6: number): number | bigint {
    return isIpv6 === 0 ? word >>> 0 : (this.#values[word] as bigint);
  }

  /** A number that orders addresses: IPv4 before IPv6, ascending. */
  rank(word: number, isIpv6: number): number {
    return isIpv6 === 0 ? word >>> 0 : FIRST_IPV6 + (this.#ranks[word] as number);
  }
}

/** Offsets of the rows in the order of the output. */
function sortedRows(resolved: FlowTable, addresses: AddressTexts): number[] {
  const { rows, size } = resolved;
  const keys = new Float64Array(size * 3);
  for (let row = 0; row < size; row += 1) {
    const at = row * ROW_WORDS;
    const meta = rows[at + META] as number;
    keys[row * 3] = addresses.rank(rows[at + A] as number, meta & A_IS_IPV6);
    keys[row * 3 + 1] = addresses.rank(rows[at + B] as number, meta & B_IS_IPV6);
    const protocolAndAction = ((meta & PROTOCOL_MASK) << 2) | ((meta & ACTION_MASK) >>> ACTION_SHIFT);
    // One without a port is not the same as port 0, and comes before it.
    const port = (meta & B_HAS_NO_PORT) === 0 ? (rows[at + PORTS] as number) + 1 : 0;
    keys[row * 3 + 2] = port * 4096 + protocolAndAction;
  }
  const order = inOrder(keys, size);
  for (let at = 0; at < size; at += 1) order[at] = (order[at] as number) * ROW_WORDS;
  return order;
}

const SHORT = 16;
/** Row numbers that fit beside a rank into a number that is exact. */
const MOST_ROWS = 2 ** 20;

/**
 * Numbers of the rows by their three keys. By the first they are sorted as plain numbers, with the row in the low
 * bits: that takes a tenth of the time of a sort that calls a function to compare. What is left are the rows of one
 * consumer.
 */
function inOrder(keys: Float64Array, size: number): number[] {
  const compare = (x: number, y: number): number => compareKeys(keys, x * 3, y * 3);
  if (size > MOST_ROWS) return Array.from({ length: size }, (_, row) => row).sort(compare);
  const first = new Float64Array(size);
  for (let row = 0; row < size; row += 1) first[row] = (keys[row * 3] as number) * MOST_ROWS + row;
  first.sort();
  const order: number[] = new Array(size);
  // By hand: `Array.from` goes by an iterator, which takes longer than the sort. The remainder of an exact quotient by a
  // power of two is exact, and takes a tenth of what `%` takes of numbers beyond 32 bits.
  for (let at = 0; at < size; at += 1) {
    const key = first[at] as number;
    order[at] = key - Math.floor(key / MOST_ROWS) * MOST_ROWS;
  }
  for (let from = 0; from < size; ) {
    let to = from + 1;
    while (to < size && keys[(order[to] as number) * 3] === keys[(order[from] as number) * 3]) to += 1;
    if (to - from > 1) sortPart(order, from, to, compare);
    from = to;
  }
  return order;
}

/** Sorts `order[from, to)`: by hand where it is short, as it nearly always is. */
function sortPart(
  order: number[],
  from: number,
  to: number,
  compare: (x: number, y: number) => number,
): void {
  if (to - from > SHORT) {
    const sorted = order.slice(from, to).sort(compare);
    for (let at = from; at < to; at += 1) order[at] = sorted[at - from] as number;
    return;
  }
  for (let next = from + 1; next < to; next += 1) {
    const row = order[next] as number;
    let at = next;
    for (; at > from && compare(order[at - 1] as number, row) > 0; at -= 1)
      order[at] = order[at - 1] as number;
    order[at] = row;
  }
}

function compareKeys(keys: Float64Array, x: number, y: number): number {
  for (let part = 0; part < 3; part += 1) {
    const difference = (keys[x + part] as number) - (keys[y + part] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A conversation while it is made: property by property, because spreading optional ones takes most of the time. */
type Draft = { -readonly [Key in keyof Conversation]: Conversation[Key] };

function conversationOf(
  table: FlowRows,
  resolved: FlowTable,
  at: number,
  addresses: AddressTexts,
  databases: KnownDatabases,
): Conversation {
  const { rows } = resolved;
  const meta = rows[at + META] as number;
  const a = rows[at + A] as number;
  const b = rows[at + B] as number;
  const draft: Draft = {
    consumer: addresses.text(a, meta & A_IS_IPV6),
    provider: addresses.text(b, meta & B_IS_IPV6),
    records: (rows[at + RECORDS] as number) >>> 0,
    orientedBy: EVIDENCE[(rows[at + SAW] as number) >>> BY_SHIFT] ?? "unknown",
  };
  const protocol = meta & PROTOCOL_MASK;
  const action = ACTION_NAMES[(meta & ACTION_MASK) >>> ACTION_SHIFT];
  if ((meta & B_HAS_NO_PORT) === 0) draft.port = rows[at + PORTS] as number;
  if (protocol !== NO_PROTOCOL) draft.protocol = PROTOCOL_NAMES[protocol] ?? String(protocol);
  if (action !== undefined) draft.action = action;
  addVolume(draft, resolved, at);
  const database =
    databaseAt(databases, addresses.value(b, meta & B_IS_IPV6), draft.port) ??
    databaseAt(databases, addresses.value(a, meta & A_IS_IPV6), undefined);
  if (database !== undefined) draft.database = database;
  if (rows[at + INTERFACES] !== 0) {
    draft.interfaceIds = resolved
      .interfacesOf(at)
      .map((index) => table.interfaceNames.nameOf(index))
      .sort();
  }
  return draft;
}

function addVolume(draft: Draft, resolved: FlowTable, at: number): void {
  const saw = resolved.rows[at + SAW] as number;
  const stat = (at / ROW_WORDS) * STAT_WORDS;
  const { stats } = resolved;
  if ((saw & SAW_PACKETS) !== 0) draft.packets = stats[stat + PACKETS] as number;
  if ((saw & SAW_BYTES) !== 0) draft.bytes = stats[stat + BYTES] as number;
  if ((saw & SAW_TIME) === 0) return;
  draft.firstSeen = formatUtc(stats[stat + FIRST] as number);
  draft.lastSeen = formatUtc(stats[stat + LAST] as number);
}
