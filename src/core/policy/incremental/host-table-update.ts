import { firstPosition, type HostTable, tableOf } from "../host-table.ts";
import type { WorkloadAddresses } from "../workload-addresses.ts";
import type { InterfaceAddress } from "../workload-interfaces.ts";

/** The tables with other addresses for one workload. `workloads` counts the places there are from now on. */
export function withAddresses(
  table: WorkloadAddresses,
  owner: number,
  addresses: readonly InterfaceAddress[],
  workloads: number,
): WorkloadAddresses {
  const four = addresses.flatMap(({ address, prefix }) =>
    address.family === 4 ? [{ value: address.value, prefix }] : [],
  );
  const six = addresses.flatMap(({ address, prefix }) =>
    address.family === 6 ? [{ value: address.value, prefix }] : [],
  );
  return {
    v4: withHosts(table.v4, owner, four, workloads, (size) => new Uint32Array(size)),
    v6: withHosts(table.v6, owner, six, workloads, () => []),
  };
}

interface OneHost<V> {
  readonly value: V;
  readonly prefix: number;
}

function withHosts<V>(
  table: HostTable<V>,
  owner: number,
  hosts: readonly OneHost<V>[],
  workloads: number,
  room: (size: number) => ArrayLike<V> & { [at: number]: V },
): HostTable<V> {
  const grown = withRoom(table, workloads);
  const own = grown.entries.subarray(grown.startOf[owner], grown.startOf[owner + 1]);
  if (own.length === 0 && hosts.length === 0) return grown;
  const size = grown.owners.length - own.length + hosts.length;
  const columns = new Columns<V>(room(size), size);
  const sorted = [...hosts].sort((a, b) => (a.value < b.value ? -1 : Number(a.value > b.value)));
  const gone = [...own].sort((a, b) => a - b);
  let from = 0;
  const copyUntil = (until: number): void => {
    while (gone[0] !== undefined && gone[0] < until) {
      columns.copy(grown, from, gone[0]);
      from = gone[0] + 1;
      gone.shift();
    }
    columns.copy(grown, from, until);
    from = Math.max(from, until);
  };
  for (const host of sorted) {
    copyUntil(firstPosition(grown, host.value));
    columns.add(host.value, owner, host.prefix);
  }
  copyUntil(grown.owners.length);
  const { values, owners, prefixes } = columns;
  return tableOf({ values, owners, prefixes }, workloads);
}

/** A table for more workloads, none of which has an address yet. */
function withRoom<V>(table: HostTable<V>, workloads: number): HostTable<V> {
  const { startOf } = table;
  if (startOf.length > workloads) return table;
  const grown = new Uint32Array(workloads + 1).fill(table.owners.length);
  grown.set(startOf);
  return { ...table, startOf: grown };
}

/** The columns of a table while they are filled. */
class Columns<V> {
  readonly values: ArrayLike<V> & { [at: number]: V };
  readonly owners: Uint32Array;
  readonly prefixes: Uint8Array;
  #filled = 0;

  constructor(values: ArrayLike<V> & { [at: number]: V }, size: number) {
    this.values = values;
    this.owners = new Uint32Array(size);
    this.prefixes = new Uint8Array(size);
  }

  copy(from: HostTable<V>, start: number, end: number): void {
    if (end <= start) return;
    this.owners.set(from.owners.subarray(start, end), this.#filled);
    this.prefixes.set(from.prefixes.subarray(start, end), this.#filled);
    const shift = this.#filled - start;
    for (let at = start; at < end; at += 1) this.values[at + shift] = from.values[at] as V;
    this.#filled += end - start;
  }

  add(value: V, owner: number, prefix: number): void {
    this.values[this.#filled] = value;
    this.owners[this.#filled] = owner;
    this.prefixes[this.#filled] = prefix;
    this.#filled += 1;
  }
}
