/** An IP address as family and number. */
export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** Addresses of one family from `first` to `last`, both inclusive. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Parses an IPv4 or IPv6 address; `undefined` for anything else, surrounding blanks included. */
export function parseIp(text: string): Ip | undefined {
  const value = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return value === undefined ? undefined : { family: text.includes(":") ? 6 : 4, value };
}

function parseIpv4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  if (bytes?.every((byte) => byte <= 255) !== true) return undefined;
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted?.[1] !== undefined && dotted[2] !== undefined) {
    const tail = parseIpv4(dotted[2]);
    return tail === undefined
      ? undefined
      : parseIpv6(`${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`);
  }
  const groups = expandIpv6(text);
  if (groups?.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) !== true) return undefined;
  return groups.reduce((value, group) => (value << 16n) + BigInt(`0x${group}`), 0n);
}

function expandIpv6(text: string): readonly string[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : [...head, ...Array<string>(missing).fill("0"), ...tail];
}

/** Writes an address in its usual form; IPv6 in eight groups without `::`, which every parser reads. */
export function formatIp(ip: Ip): string {
  const size = ip.family === 4 ? 8n : 16n;
  const count = ip.family === 4 ? 4 : 8;
  const parts = Array.from(
    { length: count },
    (_, at) => (ip.value >> (size * BigInt(count - 1 - at))) & ((1n << size) - 1n),
  );
  return ip.family === 4 ? parts.join(".") : compress(parts.map((part) => part.toString(16)).join(":"));
}

function compress(text: string): string {
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const longest = runs[0];
  if (longest === undefined) return text;
  const before = text.slice(0, longest.index);
  const after = text.slice(longest.index + longest[0].length);
  return `${before}::${after.replace(/^:/, "")}`;
}

/** The network of an address: every address that shares its first `prefix` bits. */
export function networkRange(ip: Ip, prefix: number): IpRange {
  const hostBits = BigInt(BITS[ip.family] - prefix);
  const first = (ip.value >> hostBits) << hostBits;
  return { family: ip.family, first, last: first + (1n << hostBits) - 1n };
}

/** Parses `10.0.0.0/8` or a single address; host bits are dropped. */
export function parseCidr(text: string): IpRange | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { family: ip.family, first: ip.value, last: ip.value };
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return prefix <= BITS[ip.family] ? networkRange(ip, prefix) : undefined;
}

/** True when the address lies in the range. */
export const inRange = (ip: Ip, range: IpRange): boolean =>
  ip.family === range.family && range.first <= ip.value && ip.value <= range.last;

const NEVER_A_PEER = ["127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10"].flatMap((text) => {
  const range = parseCidr(text);
  return range === undefined ? [] : [range];
});

/** True for loopback and link-local addresses, which no peer is ever reached at. */
export const isLocalOnly = (ip: Ip): boolean => NEVER_A_PEER.some((range) => inRange(ip, range));
