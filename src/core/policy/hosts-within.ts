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
  for (const length of form === "hosts" ? [undefined] : v4.lengths) {
    for (let at = 0; at < addresses.v4.length; at += 2) {
      const low = subnet4(addresses.v4[at] as number, length || 32).lo;
      const high = subnet4(addresses.v4[at + 1] as number, length || 32).hi;
      eachBetween(v4, low, high, length, (value, owner) => visit(owner, subnet4(value, length || 32)));
    }
  }
  for (const length of form === "hosts" ? [undefined] : v6.lengths) {
    for (let at = 0; at < addresses.v6.length; at += 2) {
      const low = subnet6(addresses.v6[at] as bigint, length || 128).lo;
      const high = subnet6(addresses.v6[at + 1] as bigint, length || 128).hi;
      eachBetween(v6, low, high, length, (value, owner) => visit(owner, subnet6(value, length || 128)));
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
