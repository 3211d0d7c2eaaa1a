import type { Brand } from "../brand.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { err, ok, type Result } from "../result.ts";
import { type Address, type Family, formatAddress, parseAddress } from "./address.ts";

/** Canonical text of a CIDR block: host bits clear, address in canonical form, length always written. */
export type Cidr = Brand<string, "Cidr">;

/** A CIDR block: its first address and the number of leading bits that all its addresses share. */
export type CidrBlock =
  | { readonly family: 4; readonly base: number; readonly length: number }
  | { readonly family: 6; readonly base: bigint; readonly length: number };

/** An inclusive run of addresses of one family. */
export type AddressRange =
  | { readonly family: 4; readonly lo: number; readonly hi: number }
  | { readonly family: 6; readonly lo: bigint; readonly hi: bigint };

const BITS: Record<Family, number> = { 4: 32, 6: 128 };
const LENGTH = /^(0|[1-9][0-9]{0,2})$/;

/**
 * Reads a CIDR block, or a bare address as a block of one address.
 *
 * @returns the canonical text, or a diagnostic with code `CIDR_SYNTAX` or `CIDR_HOST_BITS`
 */
export function parseCidr(text: string): Result<Cidr, Diagnostic> {
  const read = readCidr(text);
  if (!read.ok) return read;
  const { address, length } = read.value;
  const block = blockOf(address, length);
  if (block.base === address.value) return ok(formatCidr(block));
  return err({
    code: "CIDR_HOST_BITS",
    what: `"${text}" has host bits set`,
    why: "EC2 stores the block with those bits cleared, so the text does not say what the rule would be",
    fix: `write "${formatCidr(block)}" for the block, or "${formatAddress(address)}/${BITS[address.family]}" for the address`,
  });
}

/**
 * As {@link parseCidr}, but clears host bits as EC2 does instead of refusing them.
 *
 * @returns the canonical text, or a diagnostic with code `CIDR_SYNTAX`
 */
export function canonicalCidr(text: string): Result<Cidr, Diagnostic> {
  const read = readCidr(text);
  return read.ok ? ok(formatCidr(blockOf(read.value.address, read.value.length))) : read;
}

function readCidr(text: string): Result<{ address: Address; length: number }, Diagnostic> {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address.ok) return err({ ...address.error, code: "CIDR_SYNTAX" });
  const bits = BITS[address.value.family];
  const length = slash < 0 ? `${bits}` : text.slice(slash + 1);
  if (LENGTH.test(length) && Number(length) <= bits) {
    return ok({ address: address.value, length: Number(length) });
  }
  return err({
    code: "CIDR_SYNTAX",
    what: `"${text}" has no valid prefix length`,
    why: `the length of an IPv${address.value.family} block is a number from 0 to ${bits}`,
    fix: `write "${formatAddress(address.value)}/${bits}" for the one address`,
  });
}

/** The block of `length` bits that holds the address. */
function blockOf(address: Address, length: number): CidrBlock {
  if (address.family === 4) {
    const size = 2 ** (32 - length);
    return { family: 4, base: address.value - (address.value % size), length };
  }
  const shift = BigInt(128 - length);
  return { family: 6, base: (address.value >> shift) << shift, length };
}

/** The block that a canonical CIDR names. */
export function cidrBlock(cidr: Cidr): CidrBlock {
  const read = readCidr(cidr);
  if (!read.ok) throw new Error(`Not a canonical CIDR: ${cidr}`);
  return blockOf(read.value.address, read.value.length);
}

/** The canonical text of a block. */
export function formatCidr(block: CidrBlock): Cidr {
  const base = formatAddress(
    block.family === 4 ? { family: 4, value: block.base } : { family: 6, value: block.base },
  );
  return `${base}/${block.length}` as Cidr;
}

/** The block of the one address. */
export function cidrOfAddress(address: Address): Cidr {
  return formatCidr(blockOf(address, BITS[address.family]));
}

/** The first and the last address of a block. */
export function rangeOfBlock(block: CidrBlock): AddressRange {
  return block.family === 4
    ? { family: 4, lo: block.base, hi: block.base + (2 ** (32 - block.length) - 1) }
    : { family: 6, lo: block.base, hi: block.base + ((1n << BigInt(128 - block.length)) - 1n) };
}
