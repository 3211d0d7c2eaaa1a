import type { MapLabels } from "./map-data.ts";
import { recent } from "./recent.ts";
import { remembered } from "./remembered.ts";

/** Something with labels. */
interface Labelled {
  readonly labels: MapLabels;
}

/** Keys whose values are kept for each list. */
const MOST_KEYS = 64;

const knownColumns = remembered((_: readonly Labelled[]) => recent<Numbered>(MOST_KEYS));

/**
 * Those who carry the same values of all these keys have the same number; numbers begin with 0 and have no gaps, in the
 * order in which the first of each comes. Without texts to build and compare, which is what made grouping slow.
 */
export function labelGroups(list: readonly Labelled[], keys: readonly string[]): Int32Array {
  let groups: Numbered = { of: new Int32Array(list.length), size: 1 };
  for (const key of keys) groups = crossed(groups, columnOf(list, key));
  return groups.of;
}

interface Numbered {
  /** By position in the list. */
  readonly of: Int32Array;
  /** One more than the largest. */
  readonly size: number;
}

const columnOf = (list: readonly Labelled[], key: string): Numbered =>
  knownColumns(list).of(key, () => {
    const numbers = new Map<string | undefined, number>();
    const of = Int32Array.from(list, ({ labels }) => {
      const value = labelValue(labels, key);
      const known = numbers.get(value) ?? numbers.size;
      if (known === numbers.size) numbers.set(value, known);
      return known;
    });
    return { of, size: numbers.size };
  });

/** A table of more places than these is slower than a map. */
const LARGEST_TABLE = 1 << 22;

/** One number for each pair of numbers. */
function crossed(a: Numbered, b: Numbered): Numbered {
  const places = a.size * b.size;
  const table = places <= LARGEST_TABLE ? new Int32Array(places) : new Map<number, number>();
  let size = 0;
  const of = a.of.map((first, at) => {
    const pair = first * b.size + (b.of[at] ?? 0);
    const known = (table instanceof Map ? table.get(pair) : table[pair]) ?? 0;
    if (known > 0) return known - 1;
    size += 1;
    if (table instanceof Map) table.set(pair, size);
    else table[pair] = size;
    return size - 1;
  });
  return { of, size };
}

/** Keys may come from a permalink, and labels may be called anything. */
export const labelValue = (labels: MapLabels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;
