import { type AddressSet, EMPTY_SET } from "../net/address-set.ts";
import { mergeAddressSets } from "./merge-address-sets.ts";

/** Gives the union of some of the sets that it was made for. */
export type SetUnions = (sets: Iterable<AddressSet>) => AddressSet;

/** Sets that this many databases use are united first and shared. */
const COMMON = 5;

/**
 * Prepares the unions of many overlapping selections of sets, one selection per database. Partial unions are kept:
 * the sets that most databases use come first, so what the selections have in common is united once.
 */
export function setUnions(selections: Iterable<Iterable<AddressSet>>): SetUnions {
  const uses = new Map<AddressSet, number>();
  for (const selection of selections) {
    for (const set of selection) uses.set(set, (uses.get(set) ?? 0) + 1);
  }
  const sets = [...uses].sort((a, b) => b[1] - a[1]).map(([set]) => set);
  const rankOf = new Map(sets.map((set, rank) => [set, rank]));
  const common = sets.filter((set) => (uses.get(set) ?? 0) >= COMMON).length;
  const known = new Map<string, AddressSet>();
  return (selection) => {
    const ranks = [...new Set(selection)].flatMap((set) => rankOf.get(set) ?? []).sort((a, b) => a - b);
    const split = ranks.findIndex((rank) => rank >= common);
    const shared = split < 0 ? ranks : ranks.slice(0, split);
    const own = split < 0 ? [] : ranks.slice(split);
    return mergeAddressSets(
      unite({ sets, known }, shared, 0, common),
      unite({ sets, known }, own, common, sets.length),
    );
  };
}

interface Kept {
  readonly sets: readonly AddressSet[];
  readonly known: Map<string, AddressSet>;
}

/** Halves the span of ranks, so that selections which differ in a few sets share the unions of all other halves. */
function unite(kept: Kept, ranks: readonly number[], from: number, to: number): AddressSet {
  const [first] = ranks;
  if (first === undefined) return EMPTY_SET;
  if (ranks.length === 1) return kept.sets[first] ?? EMPTY_SET;
  const key = ranks.join();
  const before = kept.known.get(key);
  if (before !== undefined) return before;
  const middle = (from + to) >>> 1;
  const split = ranks.findIndex((rank) => rank >= middle);
  const left = split < 0 ? ranks : ranks.slice(0, split);
  const right = split < 0 ? [] : ranks.slice(split);
  const made = mergeAddressSets(unite(kept, left, from, middle), unite(kept, right, middle, to));
  kept.known.set(key, made);
  return made;
}
