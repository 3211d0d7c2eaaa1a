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
    v4: withHosts(table.v4, owner, four, workloads, (values) => Uint32Array.from(values)),
    v6: withHosts(table.v6, owner, six, workloads, (values) => values),
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
  listOf: (values: V[]) => ArrayLike<V>,
): HostTable<V> {
  const grown = withRoom(table, workloads);
  const own = grown.entries.subarray(grown.startOf[owner], grown.startOf[owner + 1]);
  if (own.length === 0 && hosts.length === 0) return grown;
  const columns = new Columns<V>(grown.owners.length - own.length + hosts.length);
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
  return tableOf({ values: listOf(values), owners, prefixes }, workloads);
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
  readonly values: V[] = [];
  readonly owners: Uint32Array;
  readonly prefixes: Uint8Array;

  constructor(size: number) {
    this.owners = new Uint32Array(size);
    this.prefixes = new Uint8Array(size);
  }

  copy(from: HostTable<V>, start: number, end: number): void {
    if (end <= start) return;
    this.owners.set(from.owners.subarray(start, end), this.values.length);
    this.prefixes.set(from.prefixes.subarray(start, end), this.values.length);
    for (let at = start; at < end; at += 1) this.values.push(from.values[at] as V);
  }

  add(value: V, owner: number, prefix: number): void {
    this.owners[this.values.length] = owner;
    this.prefixes[this.values.length] = prefix;
    this.values.push(value);
  }
}
