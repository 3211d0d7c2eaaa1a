/**
 * A whole process that does what `iprange` does: reads a file of IPv4 addresses, one a line, and prints the fewest
 * blocks that hold exactly these. `cidr-merge.bench.ts` starts it; by hand: `node bench/merge-file.ts <file>`.
 */
import { readFileSync, writeSync } from "node:fs";
import { mergeIpv4Addresses } from "../src/core/net/merge-cidrs.ts";

const ZERO = 48;
const DOT = 46;
const NEWLINE = 10;
/** "255.255.255.255/32\n" */
const LONGEST_LINE = 19;

/** Addresses stay numbers from here to the print: at this size text is most of the work. */
function readAddresses(bytes: Uint8Array): Uint32Array {
  const addresses = new Uint32Array((bytes.length >> 3) + 1);
  let count = 0;
  let address = 0;
  let octet = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const code = bytes[at] as number;
    if (code >= ZERO) octet = octet * 10 + code - ZERO;
    else if (code === DOT) {
      address = (address << 8) | octet;
      octet = 0;
    } else if (code === NEWLINE) {
      addresses[count] = (address << 8) | octet;
      count += 1;
      address = 0;
      octet = 0;
    }
  }
  return addresses.subarray(0, count);
}

const DECIMALS = Array.from({ length: 256 }, (_, n) => Uint8Array.from(String(n), (c) => c.charCodeAt(0)));

function putNumber(out: Uint8Array, at: number, value: number): number {
  const digits = DECIMALS[value] as Uint8Array;
  for (let n = 0; n < digits.length; n += 1) out[at + n] = digits[n] as number;
  return at + digits.length;
}

function printed({ bases, lengths }: ReturnType<typeof mergeIpv4Addresses>): Uint8Array {
  const out = Buffer.allocUnsafe(bases.length * LONGEST_LINE);
  let at = 0;
  for (let n = 0; n < bases.length; n += 1) {
    const base = bases[n] as number;
    for (let shift = 24; shift >= 0; shift -= 8) {
      at = putNumber(out, at, (base >>> shift) & 255);
      out[at] = shift === 0 ? 47 : DOT;
      at += 1;
    }
    at = putNumber(out, at, lengths[n] as number);
    out[at] = NEWLINE;
    at += 1;
  }
  return out.subarray(0, at);
}

const out = printed(mergeIpv4Addresses(readAddresses(readFileSync(process.argv[2] ?? ""))));
for (let at = 0; at < out.length; ) at += writeSync(1, out, at);
