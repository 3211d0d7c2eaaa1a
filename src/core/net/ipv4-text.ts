const ZERO = 48;
const NINE = 57;
const DOT = 46;

/**
 * Reads a strict dotted quad from `text[from, to)`: four decimal octets, no leading zeros, no blanks.
 *
 * @returns the address as an unsigned 32-bit number, or -1 when the text is not one (this is a hot path, and every
 * non-negative number is an address)
 */
export function readIpv4(text: string, from = 0, to = text.length): number {
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DOT && octet >= 0) {
      address = address * 256 + octet;
      octet = -1;
      dots += 1;
    } else {
      octet = nextOctet(octet, code);
      if (octet < 0) return -1;
    }
  }
  return dots === 3 && octet >= 0 ? address * 256 + octet : -1;
}

/** Appends a digit to an octet (-1: none read yet); -1 for no digit, a leading zero or a value above 255. */
function nextOctet(octet: number, code: number): number {
  if (code < ZERO || code > NINE) return -1;
  const digit = code - ZERO;
  if (octet < 0) return digit;
  const value = octet * 10 + digit;
  return octet === 0 || value > 255 ? -1 : value;
}

/** The dotted quad of an unsigned 32-bit number. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}
