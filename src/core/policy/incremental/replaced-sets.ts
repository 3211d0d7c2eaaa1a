import { addAll, type BitSet, bitSet, isNoBit, removeAll } from "../../label/bit-set.ts";
import { type AddressSet, union } from "../../net/address-set.ts";
import type { ConsumerSet, Consumers } from "../consumer-set.ts";
import { addressesOf } from "../workload-addresses.ts";
import type { SetTable } from "./set-table.ts";

/**
 * The addresses that may be different where a database has other consumer sets than before, the same object for
 * databases with the same difference; `undefined` when they are too many to look at one by one.
 */
export type ReplacedSets = (old: readonly number[], now: readonly number[]) => AddressSet | undefined;

/** More ends of ranges than this are too many. */
const FEW = 1_000;

/** Prepares to compare the sets of databases before and after a change. */
export function replacedSets(before: SetTable, after: SetTable, lookups: Consumers): ReplacedSets {
  const sizes = new Map<ConsumerSet, number>();
  const known = new Map<string, AddressSet>();
  const sizeOf = (set: ConsumerSet): number => {
    const size = sizes.get(set) ?? popCount(set.workloads);
    sizes.set(set, size);
    return size;
  };
  return (old, now) => {
    const had = new Map(setsIn(before, old).map((set) => [set.signature, set]));
    const has = new Map(setsIn(after, now).map((set) => [set.signature, set]));
    const gone = [...had.values()].filter((set) => !has.has(set.signature));
    const come = [...has.values()].filter((set) => !had.has(set.signature));
    const kept = [...has.values()].filter((set) => had.has(set.signature) && set.form === "hosts");
    const hosts = [...gone, ...come].filter((set) => set.form === "hosts");
    if (
      !areCovered(
        hosts,
        kept.sort((a, b) => sizeOf(b) - sizeOf(a)),
      )
    )
      return undefined;
    const key = [...gone, ...come].map((set) => set.signature).join("\n");
    const more = known.get(key) ?? union(...[...gone, ...come].flatMap((set) => besidesHosts(lookups, set)));
    known.set(key, more);
    return more.v4.length + more.v6.length > FEW ? undefined : more;
  };
}

function setsIn({ sets }: SetTable, numbers: readonly number[]): readonly ConsumerSet[] {
  return numbers.flatMap((number) => sets[number] ?? []);
}

/** Whether each workload of some sets is in one of the others; the largest of those come first. */
function areCovered(sets: readonly ConsumerSet[], by: readonly ConsumerSet[]): boolean {
  const rest = workloadsOf(sets);
  for (const { workloads } of by) {
    if (isNoBit(rest)) return true;
    removeAll(rest, workloads);
  }
  return isNoBit(rest);
}

function workloadsOf(sets: readonly ConsumerSet[]): BitSet {
  const size = sets.reduce((most, { workloads }) => Math.max(most, workloads.length), 0);
  const all = bitSet(size * 32);
  for (const { workloads } of sets) addAll(all, workloads);
  return all;
}

/** The addresses of a set that are not simply those of its workloads. */
function besidesHosts(lookups: Consumers, set: ConsumerSet): readonly AddressSet[] {
  if (set.form === "subnets") return [set.addresses];
  return [
    ...set.virtualServices.flatMap((at) => lookups.virtualService(at).parts.map((part) => part.addresses)),
    ...set.ipLists.map((href) => lookups.ipList(href, "narrow").addresses),
  ];
}

/** The addresses of consumer sets, by way of the workloads in them: quick for one database. */
export function grantedByWorkloads(
  lookups: Consumers,
  table: SetTable,
  numbers: readonly number[],
): AddressSet {
  const sets = setsIn(table, numbers);
  const workloads = workloadsOf(sets.filter((set) => set.form === "hosts"));
  return union(
    addressesOf(lookups.index.addresses, workloads, "hosts"),
    ...sets.flatMap((set) => besidesHosts(lookups, set)),
  );
}

function popCount(bits: BitSet): number {
  let count = 0;
  for (const word of bits) {
    // Adds up the bits of each pair, then of each four, then of each byte, and then the bytes.
    const pairs = word - ((word >>> 1) & 0x5555_5555);
    const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return count;
}
