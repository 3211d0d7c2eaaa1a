import { type BitSet, membersOf } from "../label/bit-set.ts";
import type { Address } from "../net/address.ts";
import { type AddressSet, addressSetOfRanges } from "../net/address-set.ts";
import type { AddressRange } from "../net/cidr.ts";
import { firstPosition, type Host, type HostTable, hostTable, positionsOf } from "./host-table.ts";
import type { InterfaceAddress } from "./workload-interfaces.ts";

/** The addresses of all workloads, ready to give those of any set of workloads. */
export interface WorkloadAddresses {
  readonly v4: HostTable<number>;
  readonly v6: HostTable<bigint>;
}

/** `hosts`: one address per interface. `subnets`: the network each interface lies in. */
export type AddressForm = "hosts" | "subnets";

/** Builds the tables; entry i of `addressing` holds the addresses of workload i. */
export function workloadAddresses(addressing: readonly (readonly InterfaceAddress[])[]): WorkloadAddresses {
  const four: Host<number>[] = [];
  const six: Host<bigint>[] = [];
  for (const [owner, addresses] of addressing.entries()) {
    for (const { address, prefix } of addresses) {
      if (address.family === 4) four.push({ value: address.value, owner, prefix });
      else six.push({ value: address.value, owner, prefix });
    }
  }
  four.sort((a, b) => a.value - b.value);
  six.sort((a, b) => compare(a.value, b.value));
  const values4 = Uint32Array.from(four, (host) => host.value);
  const values6 = six.map((host) => host.value);
  return {
    v4: hostTable(four, values4, addressing.length),
    v6: hostTable(six, values6, addressing.length),
  };
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** All addresses of the workloads. */
export function addressesOf(table: WorkloadAddresses, workloads: BitSet, form: AddressForm): AddressSet {
  const members = membersOf(workloads);
  const at4 = positionsOf(table.v4, workloads, members);
  const at6 = positionsOf(table.v6, workloads, members);
  if (form === "subnets") return addressSetOfRanges(subnets(table, at4, at6));
  return { v4: runs4(table.v4, at4), v6: runs6(table.v6, at6) };
}

/** All addresses of one workload. */
export function addressesOfOne(table: WorkloadAddresses, workload: number, form: AddressForm): AddressSet {
  const of = <V>(family: HostTable<V>): Uint32Array =>
    family.entries.subarray(family.startOf[workload], family.startOf[workload + 1]);
  if (form === "subnets") return addressSetOfRanges(subnets(table, of(table.v4), of(table.v6)));
  return { v4: runs4(table.v4, of(table.v4)), v6: runs6(table.v6, of(table.v6)) };
}

/** The workloads that hold the address, ascending. */
export function holdersOf(table: WorkloadAddresses, address: Address): number[] {
  return address.family === 4 ? holders(table.v4, address.value) : holders(table.v6, address.value);
}

function holders<V>(table: HostTable<V>, value: V): number[] {
  const found = new Set<number>();
  for (let at = firstPosition(table, value); table.values[at] === value; at += 1) {
    found.add(table.owners[at] as number);
  }
  return [...found].sort((a, b) => a - b);
}

function runs4(table: HostTable<number>, positions: Uint32Array): Uint32Array {
  const out = new Uint32Array(positions.length * 2);
  let end = 0;
  for (const at of positions) {
    const value = table.values[at] as number;
    if (end === 0 || value > (out[end - 1] as number) + 1) {
      out[end] = value;
      end += 2;
    }
    out[end - 1] = value;
  }
  return out.slice(0, end);
}

function runs6(table: HostTable<bigint>, positions: Uint32Array): bigint[] {
  const out: bigint[] = [];
  for (const at of positions) {
    const value = table.values[at] as bigint;
    const last = out.at(-1);
    if (last === undefined || value > last + 1n) out.push(value, value);
    else out[out.length - 1] = value;
  }
  return out;
}

function subnets(table: WorkloadAddresses, at4: Uint32Array, at6: Uint32Array): AddressRange[] {
  const out: AddressRange[] = [];
  for (const at of at4) out.push(subnet4(table.v4.values[at] as number, table.v4.prefixes[at] || 32));
  for (const at of at6) out.push(subnet6(table.v6.values[at] as bigint, table.v6.prefixes[at] || 128));
  return out;
}

/** The network of that length in which an IPv4 address lies. */
export function subnet4(value: number, length: number): Extract<AddressRange, { family: 4 }> {
  const size = 2 ** (32 - length);
  const lo = value - (value % size);
  return { family: 4, lo, hi: lo + size - 1 };
}

/** The network of that length in which an IPv6 address lies. */
export function subnet6(value: bigint, length: number): Extract<AddressRange, { family: 6 }> {
  const shift = BigInt(128 - length);
  const lo = (value >> shift) << shift;
  return { family: 6, lo, hi: lo + (1n << shift) - 1n };
}
