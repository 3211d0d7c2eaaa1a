/** An address family as EC2 counts it. */
export type Family = "ipv4" | "ipv6";

/** One address, as a number of 32 or 128 bits. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A range of addresses with its host bits cleared. */
export interface Cidr {
  readonly family: Family;
  readonly network: bigint;
  readonly prefixLength: number;
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** Values of a pure function of a text, kept because the network model asks about the same few texts all the time. */
function remembering<T>(read: (text: string) => T): (text: string) => T {
  const MOST = 10_000;
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = read(text);
    if (known.size >= MOST) known.clear();
    known.set(text, made);
    return made;
  };
}

/** @returns undefined when the text is no address */
export const parseAddress = remembering(readAddress);

function readAddress(text: string): Address | undefined {
  const family: Family = text.includes(":") ? "ipv6" : "ipv4";
  const value = family === "ipv4" ? parseIpv4(text) : parseIpv6(text);
  return value === undefined ? undefined : { family, value };
}

/**
 * Parses `address/length` and clears the host bits, as EC2 does before it stores a rule: `10.9.8.7/24` becomes
 * `10.9.8.0/24`.
 *
 * @returns undefined when the text is no CIDR
 */
export const parseCidr = remembering(readCidr);

function readCidr(text: string): Cidr | undefined {
  const [addressText = "", lengthText, ...rest] = text.split("/");
  const address = parseAddress(addressText);
  if (address === undefined || lengthText === undefined || rest.length > 0) return undefined;
  if (!/^(0|[1-9]\d{0,2})$/.test(lengthText) || Number(lengthText) > BITS[address.family]) return undefined;
  const prefixLength = Number(lengthText);
  const hostBits = BigInt(BITS[address.family] - prefixLength);
  return { family: address.family, network: (address.value >> hostBits) << hostBits, prefixLength };
}

/** Canonical text; for IPv6 lower case with the first longest run of zero groups compressed (RFC 5952). */
export const formatAddress = ({ family, value }: Address): string =>
  family === "ipv4" ? formatIpv4(value) : formatIpv6(value);

/** Canonical text of a CIDR. */
export const formatCidr = ({ family, network, prefixLength }: Cidr): string =>
  `${formatAddress({ family, value: network })}/${prefixLength}`;

/** Whether the address lies in the range; addresses of the other family never do. */
export function contains(cidr: Cidr, address: Address): boolean {
  if (cidr.family !== address.family) return false;
  const hostBits = BigInt(BITS[cidr.family] - cidr.prefixLength);
  return address.value >> hostBits === cidr.network >> hostBits;
}

function parseIpv4(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  let value = 0n;
  for (const octet of octets) {
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    value = value * 256n + BigInt(octet);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = parseGroups(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail].reduce(
    (value, group) => value * 65_536n + BigInt(group),
    0n,
  );
}

/** `mayEndInIpv4`: the last 32 bits of an IPv6 address may be written with dots. */
function parseGroups(text: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const ipv4 =
      mayEndInIpv4 && index === parts.length - 1 && part.includes(".") ? parseIpv4(part) : undefined;
    if (ipv4 !== undefined) groups.push(Number(ipv4 >> 16n), Number(ipv4 & 65_535n));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

const formatIpv4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 65_535n),
  );
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(":");
  return `${hex.slice(0, zeros.start).join(":")}::${hex.slice(zeros.start + zeros.length).join(":")}`;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}
