import { type Address, parseAddress } from "../net/address.ts";
import { type AddressSet, contains } from "../net/address-set.ts";
import type { Reach } from "../rule/reach.ts";
import type { LostConsumer } from "./plan.ts";
import type { ObservedConsumer } from "./world.ts";

/** Labels of whoever holds an address, key to values; empty when policy knows nobody there. */
export type ConsumerLabels = (address: string) => Readonly<Record<string, readonly string[]>>;

/**
 * Consumers that were seen connecting, that are admitted now (as far as can be known), and that the planned rules
 * would not admit. Sorted by address.
 */
export function lostConsumers(
  observed: readonly ObservedConsumer[],
  now: Reach,
  after: AddressSet,
  labelsOf: ConsumerLabels,
): readonly LostConsumer[] {
  const lost: LostConsumer[] = [];
  for (const seen of observed) {
    const address = parseAddress(seen.consumer);
    if (!address.ok || contains(after, address.value)) continue;
    if (provesRefused(now, address.value)) continue;
    lost.push({
      consumer: seen.consumer,
      labels: labelsOf(seen.consumer),
      records: seen.records,
      ...(seen.lastSeen === undefined ? {} : { lastSeen: seen.lastSeen }),
      action: "ACCEPT",
      connection: contains(now.untracked, address.value) ? "cut" : "lingers",
    });
  }
  return lost.sort((a, b) => compareAddresses(a.consumer, b.consumer));
}

/** True unless the rules behind a reach certainly refuse the address. */
export function mayBeAdmitted(reach: Reach, consumer: string): boolean {
  const address = parseAddress(consumer);
  return !address.ok || !provesRefused(reach, address.value);
}

/** An accepted connection is evidence: only rules whose peers are all known addresses can say that it is over. */
const provesRefused = (now: Reach, address: Address): boolean =>
  now.unknown.length === 0 && !now.byReference && !contains(now.admitted, address);

function compareAddresses(a: string, b: string): number {
  const left = parseAddress(a);
  const right = parseAddress(b);
  if (!left.ok || !right.ok) return a < b ? -1 : 1;
  if (left.value.family !== right.value.family) return left.value.family - right.value.family;
  return left.value.value < right.value.value ? -1 : Number(left.value.value > right.value.value);
}
