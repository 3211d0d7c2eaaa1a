import { type Address, addressKey, parseAddress } from "../net/address.ts";
import { type AddressSet, toRanges } from "../net/address-set.ts";
import { databaseInterfaces } from "./database-interfaces.ts";
import type { Database, Inventory, NetworkInterface } from "./model.ts";

/** An address at which a database answers. */
export interface DatabaseAddress {
  readonly address: Address;
  readonly arn: string;
  readonly id: string;
  readonly port?: number;
  /** True when another database may answer at the same address: then only the port tells which one does. */
  readonly shared?: boolean;
}

/**
 * Where each database answers: the addresses of its interfaces, those that policy objects give it, and those of
 * interfaces that several databases fit, as long as their ports differ. An address and port that two databases would
 * claim names neither.
 */
export function databaseAddresses(
  inventory: Inventory,
  owner: string,
  fromPolicy: ReadonlyMap<string, AddressSet>,
): readonly DatabaseAddress[] {
  const { certain, possible } = databaseInterfaces(inventory, owner);
  const claims = new Map<string, DatabaseAddress[]>();
  const claim = ({ arn, id, port }: Database, addresses: readonly Address[]): void => {
    for (const address of addresses) {
      const key = `${addressKey(address)} ${port}`;
      const others = (claims.get(key) ?? []).filter((other) => other.arn !== arn);
      claims.set(key, [...others, { address, arn, id, ...(port === undefined ? {} : { port }) }]);
    }
  };
  for (const database of inventory.databases) {
    claim(database, readable(certain.get(database.arn) ?? []));
    claim(database, singleAddresses(fromPolicy.get(database.arn)));
  }
  const taken = new Set([...claims.values()].flat().map((c) => addressKey(c.address)));
  // Several databases fit their interfaces, those among them, too, that no port tells apart.
  const unsettled = new Set<string>();
  for (const database of inventory.databases) {
    const unclaimed = readable(possible.get(database.arn) ?? []).filter((a) => !taken.has(addressKey(a)));
    claim(database, unclaimed);
    for (const address of unclaimed) unsettled.add(addressKey(address));
  }
  const several = Map.groupBy([...claims.values()].flat(), (c) => addressKey(c.address));
  const isShared = ({ address }: DatabaseAddress): boolean =>
    unsettled.has(addressKey(address)) ||
    new Set(several.get(addressKey(address))?.map((c) => c.arn)).size > 1;
  return [...claims.values()]
    .flatMap((c) => (c.length === 1 ? c : []))
    .map((c) => (isShared(c) ? { ...c, shared: true } : c));
}

const readable = (interfaces: readonly NetworkInterface[]): readonly Address[] =>
  interfaces
    .flatMap((i) => i.addresses)
    .flatMap((text) => {
      const address = parseAddress(text);
      return address.ok ? [address.value] : [];
    });

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
