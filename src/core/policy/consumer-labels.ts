import { bitSetOf } from "../label/bit-set.ts";
import type { Address } from "../net/address.ts";
import type { AddressSet } from "../net/address-set.ts";
import { matchDatabases } from "./database-match.ts";
import { type LabelValues, labelsOf } from "./label-values.ts";
import type { Workload } from "./model.ts";
import type { PolicyIndex } from "./policy-index.ts";
import type { DatabaseIdentity } from "./resolution.ts";
import { addressesOf, holdersOf } from "./workload-addresses.ts";

/** The workloads that hold an address, ordered by href. Several may: addresses repeat across networks. */
export function workloadsAt(index: PolicyIndex, address: Address): readonly Workload[] {
  const workloads = holdersOf(index.addresses, address).flatMap((at) => index.workloads[at] ?? []);
  return workloads.sort((a, b) => (a.href < b.href ? -1 : 1));
}

/** Who a consumer is: the labels of the workloads that hold its address. Empty for an unknown address. */
export function consumerLabels(index: PolicyIndex, address: Address): LabelValues {
  return labelsOf(index, workloadsAt(index, address));
}

/** Addresses of the workloads that stand for each database, by database ARN: flows to them are flows to it. */
export function databaseAddresses(
  index: PolicyIndex,
  databases: readonly DatabaseIdentity[],
): ReadonlyMap<string, AddressSet> {
  return new Map(
    matchDatabases(index, databases).map(({ database, workloads }) => [
      database.arn,
      addressesOf(index.addresses, bitSetOf(index.workloads.length, workloads), "hosts"),
    ]),
  );
}
