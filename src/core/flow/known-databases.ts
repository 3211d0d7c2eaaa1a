import type { Address } from "../net/address.ts";

/** A database's address, and what is known to answer there. */
export interface KnownDatabase {
  readonly address: Address;
  /** The port that it serves; absent when unknown. */
  readonly port?: number;
  /** True when another database may answer at the same address: then only the port tells which one does. */
  readonly shared?: boolean;
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

/**
 * The database at an address: the one that serves the port. Does none serve it, then the one to which the address
 * belongs, whatever the port; where several may answer, nobody can say which, and it is none.
 *
 * @param port absent when the traffic did not go to the address, but came from it
 */
export function databaseAt(
  databases: KnownDatabases,
  address: number | bigint,
  port: number | undefined,
): string | undefined {
  const there = databases.get(address) ?? [];
  const serving = port === undefined ? undefined : there.find((known) => known.port === port);
  if (serving !== undefined) return serving.database;
  const [first] = there;
  const isAlone = there.every((known) => known.database === first?.database && known.shared !== true);
  return isAlone ? first?.database : undefined;
}
