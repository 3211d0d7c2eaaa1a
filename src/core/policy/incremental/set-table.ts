import type { ConsumerSet, FoundConsumers } from "../consumer-set.ts";

/**
 * The consumer sets in use, by number. A number stands for what is looked for; the set that was found under it changes
 * with the policy. Immutable for readers: each change of a set is made in a new table.
 */
export interface SetTable {
  /** Holes are numbers that are free. */
  readonly sets: readonly (ConsumerSet | undefined)[];
}

/** Hands out numbers for consumer sets; the same one for sets that the same query found. */
export class SetNumbers {
  readonly #sets: (ConsumerSet | undefined)[];
  readonly #numbers = new Map<ConsumerSet, number>();

  constructor({ sets }: SetTable = { sets: [] }) {
    this.#sets = [...sets];
    for (const [number, set] of sets.entries()) if (set !== undefined) this.#numbers.set(set, number);
  }

  of(set: ConsumerSet): number {
    const known = this.#numbers.get(set);
    if (known !== undefined) return known;
    const hole = this.#sets.indexOf(undefined);
    const number = hole < 0 ? this.#sets.length : hole;
    this.#sets[number] = set;
    this.#numbers.set(set, number);
    return number;
  }

  /** The table as it is now, without the sets that no list of numbers names. */
  table(lists: readonly (readonly number[])[]): SetTable {
    const used = new Uint8Array(this.#sets.length);
    for (const numbers of lists) for (const number of numbers) used[number] = 1;
    return { sets: this.#sets.map((set, number) => (used[number] === 1 ? set : undefined)) };
  }
}

/** The sets as lookups remember them. */
export function foundSets({ sets }: SetTable): FoundConsumers["sets"] {
  return new Map(sets.flatMap((set) => (set === undefined ? [] : [[set.signature, set] as const])));
}
