import { formatIpv4, readIpv4 } from "./ipv4-text.ts";

const GROUP = /^[0-9a-f]{1,4}$/i;
const GROUPS = 8;
const MAPPED_PREFIX = 0xffffn;

/**
 * Reads the text of an IPv6 address (RFC 4291 §2.2): full, with one `::`, or with a dotted quad at the end.
 *
 * @returns the address as an unsigned 128-bit integer, or undefined when the text is not one (a zone id included)
 */
export function readIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 1 ? [] : readGroups(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return joinGroups([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** The 16-bit groups of one side of `::`; the side that ends the address may end in a dotted quad. */
function readGroups(text: string, endsAddress: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const last = parts[parts.length - 1] ?? "";
  const quad = endsAddress && last.includes(".") ? readIpv4(last) : undefined;
  if (quad === -1) return undefined;
  const hex = quad === undefined ? parts : parts.slice(0, -1);
  if (!hex.every((part) => GROUP.test(part))) return undefined;
  const groups = hex.map((part) => Number.parseInt(part, 16));
  return quad === undefined ? groups : [...groups, quad >>> 16, quad & 0xffff];
}

function joinGroups(groups: readonly number[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** The canonical text of an unsigned 128-bit integer (RFC 5952; v4-mapped addresses end in a dotted quad). */
export function formatIpv6(address: bigint): string {
  if (address >> 32n === MAPPED_PREFIX) return `::ffff:${formatIpv4(Number(address & 0xffff_ffffn))}`;
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((address >> shift) & 0xffffn));
  const gap = longestZeroRun(groups);
  if (gap === undefined) return hexGroups(groups);
  return `${hexGroups(groups.slice(0, gap.start))}::${hexGroups(groups.slice(gap.end))}`;
}

function hexGroups(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(":");
}

/** The first of the longest runs of at least two zero groups: RFC 5952 §4.2 shortens that one and no other. */
function longestZeroRun(groups: readonly number[]): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  let start = 0;
  for (let at = 0; at <= groups.length; at += 1) {
    if (groups[at] === 0) continue;
    const length = at - start;
    if (length >= 2 && length > (best === undefined ? 0 : best.end - best.start)) best = { start, end: at };
    start = at + 1;
  }
  return best;
}
