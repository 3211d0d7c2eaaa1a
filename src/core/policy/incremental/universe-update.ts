import { type BitSet, bitSet } from "../../label/bit-set.ts";
import type { LabelCatalog, LabelId } from "../../label/label-catalog.ts";
import type { Labelled, Universe } from "../../label/universe.ts";

/** The universe with another object at one place, which may be the first after the last one. */
export function withObject(
  among: Universe,
  catalog: LabelCatalog,
  at: number,
  before: Labelled,
  after: Labelled,
): Universe {
  const size = Math.max(among.size, at + 1);
  const old = idsOf(catalog, before);
  const now = idsOf(catalog, after);
  const carriers = new Map(among.carriers);
  for (const id of without(old, now)) carriers.set(id, withoutMember(carriers.get(id) ?? [], at));
  for (const id of without(now, old)) carriers.set(id, withMember(carriers.get(id) ?? [], at));
  const withKey = new Map(among.withKey);
  const mark = (key: string, is: boolean): void => {
    withKey.set(key, withBit(withKey.get(key) ?? bitSet(size), at, is, size));
  };
  const [oldKeys, keys] = [keysOf(catalog, old), keysOf(catalog, now)];
  for (const key of without(oldKeys, keys)) mark(key, false);
  for (const key of without(keys, oldKeys)) mark(key, true);
  const doubtful = (after.unreadable?.length ?? 0) > 0;
  return { size, carriers, withKey, uncertain: withBit(among.uncertain, at, doubtful, size) };
}

/** A copy of a set of numbers below `size` in which one number is a member or is none. */
export function withBit(bits: BitSet, member: number, isMember: boolean, size: number): BitSet {
  const copy = bitSet(size);
  copy.set(bits);
  const word = member >>> 5;
  const mask = 1 << (member & 31);
  copy[word] = isMember ? (copy[word] as number) | mask : (copy[word] as number) & ~mask;
  return copy;
}

function without<T>(from: ReadonlySet<T>, taken: ReadonlySet<T>): readonly T[] {
  return [...from].filter((each) => !taken.has(each));
}

function idsOf(catalog: LabelCatalog, object: Labelled): Set<LabelId> {
  return new Set(object.labels.flatMap((href) => catalog.idOf.get(href) ?? []));
}

function keysOf(catalog: LabelCatalog, ids: ReadonlySet<LabelId>): Set<string> {
  return new Set([...ids].map((id) => catalog.labels[id]?.key ?? ""));
}

/** An ascending list without a member. */
export function withoutMember(list: readonly number[], member: number): readonly number[] {
  return list.filter((each) => each !== member);
}

/** An ascending list with one more member. */
export function withMember(list: readonly number[], member: number): readonly number[] {
  if (list.includes(member)) return list;
  const place = list.findIndex((each) => each > member);
  return list.toSpliced(place < 0 ? list.length : place, 0, member);
}
