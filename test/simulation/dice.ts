import { seededRandom } from "../../src/sandbox/aws/model/seeded-random.ts";

/** Random choices that depend on the seed alone. */
export interface Dice {
  /** In [0, 1). */
  readonly roll: () => number;
  chance(probability: number): boolean;
  /** A whole number from 0 to `below` - 1. */
  upTo(below: number): number;
  pick<T>(items: readonly T[]): T;
  some<T>(items: readonly T[], probability: number): readonly T[];
}

/** Dice for one purpose of one seed; different purposes do not disturb each other. */
export function dice(seed: number, purpose: number): Dice {
  const roll = seededRandom(seed * 7919 + purpose);
  return {
    roll,
    chance: (probability) => roll() < probability,
    upTo: (below) => Math.floor(roll() * below),
    pick: (items) => {
      const found = items[Math.floor(roll() * items.length)];
      if (found === undefined) throw new Error("There is nothing to pick from");
      return found;
    },
    some: (items, probability) => items.filter(() => roll() < probability),
  };
}
