import { type BitSet, hasBit } from "../label/bit-set.ts";
import { type AddressSet, addressSetOfRanges, intersect } from "../net/address-set.ts";
import type { AddressRange } from "../net/cidr.ts";
import { firstPosition, type HostTable } from "./host-table.ts";
import { type AddressForm, subnet4, subnet6, type WorkloadAddresses } from "./workload-addresses.ts";

/** The workloads that hold any of the addresses, ascending. Quick when the addresses are few. */
export function ownersWithin(
  table: WorkloadAddresses,
  addresses: AddressSet,
  form: AddressForm,
): readonly number[] {
  const owners = new Set<number>();
  eachWithin(table, addresses, form, (owner) => owners.add(owner));
  return [...owners].sort((a, b) => a - b);
}

/** Those of the addresses that the workloads hold. Quick when the addresses are few. */
export function heldWithin(
  table: WorkloadAddresses,
  workloads: BitSet,
  addresses: AddressSet,
  form: AddressForm,
): AddressSet {
  const ranges: AddressRange[] = [];
  eachWithin(table, addresses, form, (owner, range) => {
    if (hasBit(workloads, owner)) ranges.push(range);
  });
  return intersect(addressSetOfRanges(ranges), addresses);
}

type Visit = (owner: number, range: AddressRange) => void;

function eachWithin(
  { v4, v6 }: WorkloadAddresses,
  addresses: AddressSet,
  form: AddressForm,
  visit: Visit,
): void {
  eachInFamily(v4, addresses.v4, form, (value, length) => subnet4(value, length || 32), visit);
  eachInFamily(v6, addresses.v6, form, (value, length) => subnet6(value, length || 128), visit);
}

function eachInFamily<V>(
  table: HostTable<V>,
  ranges: ArrayLike<V>,
  form: AddressForm,
  subnetOf: (value: V, length: number) => AddressRange & { readonly lo: V; readonly hi: V },
  visit: Visit,
): void {
  for (const length of form === "hosts" ? [undefined] : table.lengths) {
    for (let at = 0; at < ranges.length; at += 2) {
      const low = subnetOf(ranges[at] as V, length ?? 0).lo;
      const high = subnetOf(ranges[at + 1] as V, length ?? 0).hi;
      eachBetween(table, low, high, length, (value, owner) => visit(owner, subnetOf(value, length ?? 0)));
    }
  }
}

/**
 * Visits the addresses of the table from `low` to `high`.
 *
 * @param length only those in subnets of that length
 */
function eachBetween<V>(
  table: HostTable<V>,
  low: V,
  high: V,
  length: number | undefined,
  visit: (value: V, owner: number) => void,
): void {
  for (let at = firstPosition(table, low); at < table.owners.length; at += 1) {
    const value = table.values[at] as V;
    if (value > high) return;
    if (length === undefined || table.prefixes[at] === length) visit(value, table.owners[at] as number);
  }
}
