/** An inclusive run of addresses on one line: IPv4 first, IPv6 after it. Its own arithmetic, on purpose. */
export interface PlainRange {
  readonly low: bigint;
  readonly high: bigint;
}

const IPV6_BEGINS = 2n ** 32n;

/** Reads a CIDR or an address as a range. @throws RangeError when it is neither */
export function plainRange(text: string): PlainRange {
  const [address = "", length] = text.split("/");
  const isV6 = address.includes(":");
  const bits = isV6 ? 128 : 32;
  const prefix = length === undefined ? bits : Number(length);
  const value = isV6 ? ipv6(address) : ipv4(address);
  if (!(prefix >= 0 && prefix <= bits)) throw new RangeError(`"${text}" is no CIDR`);
  const size = 1n << BigInt(bits - prefix);
  const low = (value / size) * size + (isV6 ? IPV6_BEGINS : 0n);
  return { low, high: low + size - 1n };
}

function ipv4(text: string): bigint {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((p) => !(p >= 0 && p <= 255)))
    throw new RangeError(`"${text}" is no IPv4 address`);
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function ipv6(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: Math.max(0, zeros) }, () => 0), ...after];
  if (all.length !== 8 || all.some((g) => !(g >= 0 && g <= 0xffff)))
    throw new RangeError(`"${text}" is no IPv6 address`);
  return all.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n);
}

const groups = (text: string): number[] =>
  text === "" ? [] : text.split(":").map((g) => Number.parseInt(g, 16));

/** For messages. */
export function plainText(value: bigint): string {
  if (value >= IPV6_BEGINS) {
    const hex = (value - IPV6_BEGINS).toString(16).padStart(32, "0");
    return (hex.match(/.{4}/g) ?? []).map((g) => Number.parseInt(g, 16).toString(16)).join(":");
  }
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
}
