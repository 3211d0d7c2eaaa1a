import { type Address, parseAddress } from "../net/address.ts";
import type { Workload, WorkloadInterface } from "./model.ts";

/** An address of a workload that counts, with the length of its subnet (0 when unknown). */
export interface InterfaceAddress {
  readonly address: Address;
  readonly prefix: number;
}

/** What a workload's interfaces amount to. */
export interface WorkloadAddressing {
  readonly addresses: readonly InterfaceAddress[];
  /** Address texts that are no addresses. */
  readonly unreadable: readonly string[];
}

/**
 * The addresses of a workload as its peers see it: without ignored, loopback and link-local interfaces, whether it is
 * managed or not. `public_ip` counts only on request.
 */
export function workloadAddressing(workload: Workload, includePublicIp: boolean): WorkloadAddressing {
  const addresses: InterfaceAddress[] = [];
  const unreadable: string[] = [];
  const take = (text: string, prefix: number): void => {
    // Some agents report "fe80::1%eth0"; the zone says nothing about the address.
    const read = parseAddress(text.includes(":") ? text.replace(/%.*$/, "") : text);
    if (!read.ok) unreadable.push(text);
    else if (!isHostLocal(read.value))
      addresses.push({ address: read.value, prefix: usable(read.value, prefix) });
  };
  for (const entry of workload.interfaces) {
    if (counts(workload, entry)) take(entry.address, entry.cidrBlock ?? 0);
  }
  if (includePublicIp && workload.publicIp !== undefined) take(workload.publicIp, 0);
  return { addresses, unreadable };
}

function counts(workload: Workload, entry: WorkloadInterface): boolean {
  if (entry.loopback || entry.linkLocal || entry.address === "") return false;
  return !workload.ignoredInterfaceNames.includes(entry.name);
}

/** A length that is no length of this family, or that would stand for the whole internet, counts as unknown. */
function usable(address: Address, prefix: number): number {
  const bits = address.family === 4 ? 32 : 128;
  return Number.isInteger(prefix) && prefix > 0 && prefix <= bits ? prefix : 0;
}

/** Loopback and link-local addresses: no packet with such a source ever reaches another machine. */
function isHostLocal(address: Address): boolean {
  if (address.family === 4) return address.value >>> 24 === 127 || address.value >>> 16 === 0xa9fe;
  return address.value === 1n || address.value >> 118n === 0x3fan;
}
