import { addAll, addBit, type BitSet, bitSet, fullBitSet, keepAll, removeAll } from "./bit-set.ts";
import type { KeyTerm, LabelTerms } from "./label-terms.ts";
import type { Universe } from "./universe.ts";

/**
 * `narrow` is for what allows: whatever is in doubt does not match, and "everything except X" asks for some label of
 * the same key. `wide` is for what takes access away: whatever is in doubt matches.
 */
export type Reading = "narrow" | "wide";

/** The objects that fulfil all the terms. */
export function select(among: Universe, terms: LabelTerms, reading: Reading): BitSet {
  if (reading === "narrow" && terms.emptying.length > 0) return bitSet(among.size);
  const selected = fullBitSet(among.size);
  if (reading === "narrow" || !terms.open) {
    for (const term of terms.anyOf) keepCarriers(among, selected, term, reading);
  }
  for (const term of terms.noneOf) removeCarriers(among, selected, term, reading);
  return selected;
}

function keepCarriers(among: Universe, selected: BitSet, term: KeyTerm, reading: Reading): void {
  if (reading === "wide" && term.loose) return;
  const matching = carriersOf(among, term);
  if (reading === "wide" && term.labels.length > 0) addAll(matching, mayCarry(among, term.key));
  keepAll(selected, matching);
}

function removeCarriers(among: Universe, selected: BitSet, term: KeyTerm, reading: Reading): void {
  removeAll(selected, carriersOf(among, term));
  if (reading === "wide") return;
  keepAll(selected, withKey(among, term.key));
  removeAll(selected, among.uncertain);
}

function carriersOf(among: Universe, term: KeyTerm): BitSet {
  const carriers = bitSet(among.size);
  for (const id of term.labels) {
    for (const at of among.carriers.get(id) ?? []) addBit(carriers, at);
  }
  return carriers;
}

/** An object has one label per key at most, so one whose label of this key we see cannot hide another. */
function mayCarry(among: Universe, key: string | undefined): BitSet {
  const maybe = among.uncertain.slice();
  removeAll(maybe, withKey(among, key));
  return maybe;
}

function withKey(among: Universe, key: string | undefined): BitSet {
  return (key === undefined ? undefined : among.withKey.get(key)) ?? bitSet(among.size);
}
