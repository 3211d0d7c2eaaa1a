import { type BitSet, hasBit } from "../label/bit-set.ts";

/**
 * Addresses of one family with the workloads that hold them, in ascending order: `values[i]` belongs to workload
 * `owners[i]`. `startOf`, `entries` list the positions of each workload.
 */
export interface HostTable<V> {
  readonly values: ArrayLike<V>;
  readonly owners: Uint32Array;
  /** Length of the interface's subnet; 0 when it is not known. */
  readonly prefixes: Uint8Array;
  /** Workload w has the positions `entries[startOf[w]] … entries[startOf[w + 1] - 1]`. */
  readonly startOf: Uint32Array;
  readonly entries: Uint32Array;
  /** The different lengths in `prefixes`, ascending. */
  readonly lengths: readonly number[];
}

/** One address of one workload. */
export interface Host<V> {
  readonly value: V;
  readonly owner: number;
  readonly prefix: number;
}

/** Builds the table from hosts that are sorted by value. */
export function hostTable<V>(
  sorted: readonly Host<V>[],
  values: ArrayLike<V>,
  workloads: number,
): HostTable<V> {
  const owners = Uint32Array.from(sorted, (host) => host.owner);
  const prefixes = Uint8Array.from(sorted, (host) => host.prefix);
  return tableOf({ values, owners, prefixes }, workloads);
}

/** Builds the table from columns that are sorted by value. */
export function tableOf<V>(
  columns: Pick<HostTable<V>, "values" | "owners" | "prefixes">,
  workloads: number,
): HostTable<V> {
  const { owners, prefixes } = columns;
  const startOf = new Uint32Array(workloads + 1);
  for (const owner of owners) startOf[owner + 1] = (startOf[owner + 1] as number) + 1;
  for (let w = 0; w < workloads; w += 1) startOf[w + 1] = (startOf[w + 1] as number) + (startOf[w] as number);
  const next = startOf.slice();
  const entries = new Uint32Array(owners.length);
  for (let at = 0; at < owners.length; at += 1) {
    const owner = owners[at] as number;
    const place = next[owner] as number;
    entries[place] = at;
    next[owner] = place + 1;
  }
  return { ...columns, startOf, entries, lengths: lengthsIn(prefixes) };
}

function lengthsIn(prefixes: Uint8Array): readonly number[] {
  const seen = new Uint8Array(256);
  for (const prefix of prefixes) seen[prefix] = 1;
  return [...seen.keys()].filter((length) => seen[length] === 1);
}

/** Positions in the table that belong to the workloads, ascending. */
export function positionsOf<V>(
  table: HostTable<V>,
  workloads: BitSet,
  members: readonly number[],
): Uint32Array {
  // Few workloads: collect and sort. Many: one pass over the table, which is in order already.
  if (members.length * 16 < table.owners.length) return sortedPositions(table, members);
  const out = new Uint32Array(table.owners.length);
  let count = 0;
  for (let at = 0; at < out.length; at += 1) {
    if (!hasBit(workloads, table.owners[at] as number)) continue;
    out[count] = at;
    count += 1;
  }
  return out.subarray(0, count);
}

function sortedPositions<V>(table: HostTable<V>, members: readonly number[]): Uint32Array {
  const out: number[] = [];
  for (const member of members) {
    const end = table.startOf[member + 1] as number;
    for (let at = table.startOf[member] as number; at < end; at += 1) out.push(table.entries[at] as number);
  }
  return Uint32Array.from(out).sort();
}

/** The first position whose value is not below `value`. */
export function firstPosition<V>(table: HostTable<V>, value: V): number {
  let low = 0;
  let high = table.values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((table.values[middle] as V) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
