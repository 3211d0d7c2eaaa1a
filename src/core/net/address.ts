import type { Diagnostic } from "../diagnostic.ts";
import { err, ok, type Result } from "../result.ts";
import { formatIpv4, readIpv4 } from "./ipv4-text.ts";
import { formatIpv6, readIpv6 } from "./ipv6-text.ts";

/** IPv4 or IPv6. */
export type Family = 4 | 6;

/** One IP address: an unsigned 32-bit number or an unsigned 128-bit integer. */
export type Address =
  | { readonly family: 4; readonly value: number }
  | { readonly family: 6; readonly value: bigint };

/**
 * Reads one address. An IPv4-mapped IPv6 address stays IPv6: EC2 keeps the two families apart.
 *
 * @returns the address, or a diagnostic with code `ADDRESS_SYNTAX`
 */
export function parseAddress(text: string): Result<Address, Diagnostic> {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Result<Address, Diagnostic> {
  const value = readIpv4(text);
  if (value >= 0) return ok({ family: 4, value });
  return err({
    code: "ADDRESS_SYNTAX",
    what: `"${text}" is not an IP address`,
    why: "an IPv4 address is four numbers from 0 to 255 without leading zeros, an IPv6 address has colons",
    fix: 'write it like "10.20.4.17" or "2001:db8::17"',
  });
}

function parseIpv6(text: string): Result<Address, Diagnostic> {
  const value = readIpv6(text);
  if (value !== undefined) return ok({ family: 6, value });
  const zone = text.indexOf("%");
  if (zone >= 0) {
    return err({
      code: "ADDRESS_SYNTAX",
      what: `"${text}" has a zone id`,
      why: "a zone names an interface of one host and means nothing in a security-group rule",
      fix: `write "${text.slice(0, zone)}"`,
    });
  }
  return err({
    code: "ADDRESS_SYNTAX",
    what: `"${text}" is not an IPv6 address`,
    why: 'it takes eight groups of one to four hex digits, or fewer with one "::"',
    fix: 'write it like "2001:db8::17"',
  });
}

/** The canonical text of an address: dotted quad, or RFC 5952. */
export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIpv4(address.value) : formatIpv6(address.value);
}

/** A key that two addresses share exactly when they are the same address of the same family. */
export function addressKey(address: Address): string {
  return formatAddress(address);
}
