import { type AddressSet, countAddresses, EMPTY_SET, isEmpty, union } from "../../net/address-set.ts";
import { addressesIn } from "./answer.ts";
import { clip, minus } from "./patch-address-set.ts";
import type { SetTable } from "./set-table.ts";

/** The addresses of sets that are gone, without those of the sets that are left. */
export type LostAddresses = (gone: readonly number[], left: readonly number[]) => AddressSet;

/** Prepares to say what databases lose; a change takes the same sets from most of those that it touches. */
export function lostAddresses(before: SetTable, after: SetTable): LostAddresses {
  const known = new Map<string, (left: readonly number[]) => AddressSet>();
  return (gone, left) => {
    if (gone.length === 0) return EMPTY_SET;
    const key = gone.join();
    const rest = known.get(key) ?? remainder(union(...addressesIn(before, gone)), after);
    known.set(key, rest);
    return rest(left);
  };
}

interface Part {
  readonly addresses: AddressSet;
  readonly size: bigint;
}

/** Which of some addresses are in none of some sets. The sets that hold most of them are asked first. */
function remainder(of: AddressSet, { sets }: SetTable): (numbers: readonly number[]) => AddressSet {
  const parts = new Map<number, Part>();
  const partOf = (number: number): Part => {
    const known = parts.get(number);
    if (known !== undefined) return known;
    const addresses = clip(sets[number]?.addresses ?? EMPTY_SET, of);
    const part = { addresses, size: countAddresses(addresses) };
    parts.set(number, part);
    return part;
  };
  return (numbers) => {
    const holding = numbers.map(partOf).filter((part) => part.size > 0n);
    let rest = of;
    for (const { addresses } of holding.sort((a, b) => Number(b.size > a.size) - Number(b.size < a.size))) {
      if (isEmpty(rest)) return rest;
      rest = minus(rest, addresses);
    }
    return rest;
  };
}
