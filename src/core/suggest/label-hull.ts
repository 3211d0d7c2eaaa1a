import type { LabelQuery } from "../policy/source/consumer-source.ts";

/**
 * The narrowest labels that mean all that both mean: the keys that both have, each with the values of either.
 *
 * @returns `undefined` when they share no key: only everybody would do
 */
export function labelHull(a: LabelQuery, b: LabelQuery): LabelQuery | undefined {
  const hull: Record<string, readonly string[]> = {};
  let keys = 0;
  for (const [key, values] of Object.entries(a)) {
    const others = b[key];
    if (others === undefined) continue;
    hull[key] = others.every((value) => values.includes(value))
      ? values
      : [...new Set([...values, ...others])].sort();
    keys += 1;
  }
  return keys === 0 ? undefined : hull;
}
