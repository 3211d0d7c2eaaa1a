import type { Diagnostic } from "../diagnostic.ts";
import { ok, type Result } from "../result.ts";
import { addressSetOfCidrs, toCidrs } from "./address-set.ts";
import { type Cidr, cidrBlock, parseCidr } from "./cidr.ts";
import { formatIpv4, readIpv4 } from "./ipv4-text.ts";
import { type Ipv4Blocks, mergeIpv4Addresses, mergeIpv4Blocks } from "./merge-cidrs.ts";

const ZERO = 48;
const NINE = 57;

/**
 * Merges addresses and CIDR blocks given as text, of both families, into the fewest that hold exactly the same
 * addresses: IPv4 first, ascending, canonical. Blanks around an entry are ignored. Made for millions of entries.
 *
 * @returns the merged blocks, or the diagnostic of the first entry that is no address or block (see `parseCidr`)
 */
export function mergeCidrTexts(texts: readonly string[]): Result<Cidr[], Diagnostic> {
  const bases = new Uint32Array(texts.length);
  const lengths = new Uint8Array(texts.length);
  const ipv6: Cidr[] = [];
  let count = 0;
  for (const text of texts) {
    const length = readBlock(text, bases, count);
    if (length >= 0) {
      lengths[count] = length;
      count += 1;
      continue;
    }
    const cidr = parseCidr(text.trim());
    if (!cidr.ok) return cidr;
    const block = cidrBlock(cidr.value);
    if (block.family === 6) {
      ipv6.push(cidr.value);
      continue;
    }
    bases[count] = block.base;
    lengths[count] = block.length;
    count += 1;
  }
  const merged = mergeIpv4(bases.subarray(0, count), lengths.subarray(0, count));
  const out: Cidr[] = [];
  for (let at = 0; at < merged.bases.length; at += 1) {
    out.push(`${formatIpv4(merged.bases[at] as number)}/${merged.lengths[at]}` as Cidr);
  }
  return ok(out.concat(toCidrs(addressSetOfCidrs(ipv6))));
}

/** Single addresses, the commonest input, have a faster way. */
function mergeIpv4(bases: Uint32Array, lengths: Uint8Array): Ipv4Blocks {
  return lengths.every((length) => length === 32)
    ? mergeIpv4Addresses(bases)
    : mergeIpv4Blocks({ bases, lengths });
}

/**
 * Reads an IPv4 address or canonical block into `bases[at]`.
 *
 * @returns the prefix length, or -1 for all else, which the careful parser then reads or explains
 */
function readBlock(text: string, bases: Uint32Array, at: number): number {
  const slash = text.indexOf("/");
  const base = readIpv4(text, 0, slash < 0 ? text.length : slash);
  if (base < 0) return -1;
  bases[at] = base;
  if (slash < 0) return 32;
  const length = readLength(text, slash + 1);
  return length >= 0 && base % 2 ** (32 - length) === 0 ? length : -1;
}

/** One or two digits that make a number from 0 to 32, or -1. */
function readLength(text: string, from: number): number {
  const digits = text.length - from;
  const first = text.charCodeAt(from);
  if (digits === 1) return first >= ZERO && first <= NINE ? first - ZERO : -1;
  const second = text.charCodeAt(from + 1);
  if (digits !== 2 || first <= ZERO || second < ZERO || second > NINE) return -1;
  const length = (first - ZERO) * 10 + second - ZERO;
  return length <= 32 ? length : -1;
}
