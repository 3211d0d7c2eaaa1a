import type { Address } from "../net/address.ts";

/** A database's address, and what is known to answer there. */
export interface KnownDatabase {
  readonly address: Address;
  /** The port that it serves; absent when unknown. */
  readonly port?: number;
  /** Its identifier, as conversations are to show it. */
  readonly database: string;
}

/** Databases by address: IPv4 numbers and IPv6 bigints are different keys of the one map. */
export type KnownDatabases = ReadonlyMap<number | bigint, readonly KnownDatabase[]>;

/** Indexes databases by address. Several at one address are kept in the order of their names. */
export function knownDatabases(databases: Iterable<KnownDatabase>): KnownDatabases {
  const byAddress = new Map<number | bigint, KnownDatabase[]>();
  for (const database of databases) {
    const key = database.address.value;
    const same = byAddress.get(key);
    if (same === undefined) byAddress.set(key, [database]);
    else same.push(database);
  }
  for (const same of byAddress.values()) same.sort(byNameAndPort);
  return byAddress;
}

function byNameAndPort(a: KnownDatabase, b: KnownDatabase): number {
  if (a.database !== b.database) return a.database < b.database ? -1 : 1;
  return (a.port ?? 0) - (b.port ?? 0);
}

/** The database at an address: the one that serves the port, else the first. */
export function databaseAt(
  databases: KnownDatabases,
  address: number | bigint,
  port: number | undefined,
): string | undefined {
  const there = databases.get(address);
  if (there === undefined) return undefined;
  const serving = there.find((known) => known.port === port);
  return (serving ?? there[0])?.database;
}
