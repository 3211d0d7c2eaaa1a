import { type Address, addressKey, parseAddress } from "../net/address.ts";
import { type AddressSet, toRanges } from "../net/address-set.ts";
import type { DatabaseIdentity } from "../policy/resolution.ts";
import type { Database } from "./model.ts";

/** An address at which a database answers. */
export interface DatabaseAddress {
  readonly address: Address;
  readonly arn: string;
  readonly id: string;
  readonly port?: number;
}

/**
 * Where each database answers: the addresses of its interfaces and those that policy objects give it. An address that
 * two databases with the same port would claim names neither.
 */
export function databaseAddresses(
  databases: readonly Database[],
  identities: readonly DatabaseIdentity[],
  fromPolicy: ReadonlyMap<string, AddressSet>,
): readonly DatabaseAddress[] {
  const seen = new Map(identities.map((i) => [i.arn, i.addresses]));
  const claims = new Map<string, DatabaseAddress[]>();
  for (const database of databases) {
    const { arn, id, port } = database;
    for (const address of distinct([
      ...readable(seen.get(arn) ?? []),
      ...singleAddresses(fromPolicy.get(arn)),
    ])) {
      const key = `${addressKey(address)} ${port}`;
      const claim = { address, arn, id, ...(port === undefined ? {} : { port }) };
      claims.set(key, [...(claims.get(key) ?? []), claim]);
    }
  }
  return [...claims.values()].flatMap((c) => (c.length === 1 ? c : []));
}

const readable = (texts: readonly string[]): readonly Address[] =>
  texts.flatMap((text) => {
    const address = parseAddress(text);
    return address.ok ? [address.value] : [];
  });

const distinct = (addresses: readonly Address[]): readonly Address[] => [
  ...new Map(addresses.map((a) => [addressKey(a), a])).values(),
];

/** The addresses of a set that came from single hosts; wide ranges name no one place. */
function singleAddresses(set: AddressSet | undefined): readonly Address[] {
  return (set === undefined ? [] : toRanges(set)).flatMap((range): readonly Address[] => {
    const size = BigInt(range.hi) - BigInt(range.lo) + 1n;
    if (size > 256n) return [];
    const offsets = Array.from({ length: Number(size) }, (_, i) => i);
    if (range.family === 4) return offsets.map((i) => ({ family: 4, value: range.lo + i }));
    return offsets.map((i) => ({ family: 6, value: range.lo + BigInt(i) }));
  });
}
