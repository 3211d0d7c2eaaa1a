import { type AddressSet, EMPTY_SET, equals, isEmpty, union } from "../../net/address-set.ts";
import type { ContentOf } from "./answer.ts";
import { clip } from "./patch-address-set.ts";
import type { SetTable } from "./set-table.ts";

/**
 * Prepares to say which of the addresses that may have changed are in some consumer sets. Many sets and many databases
 * are asked about, and there are few different answers, so each is made once.
 */
export function sharedContent({ sets }: SetTable, delta: AddressSet): ContentOf {
  if (isEmpty(delta)) return () => EMPTY_SET;
  const different: AddressSet[] = [EMPTY_SET, delta];
  const clips: number[] = [];
  const clipOf = (number: number): number => {
    const known = clips[number];
    if (known !== undefined) return known;
    const found = clip(sets[number]?.addresses ?? EMPTY_SET, delta);
    const before = different.findIndex((each) => equals(each, found));
    const at = before < 0 ? different.push(found) - 1 : before;
    clips[number] = at;
    return at;
  };
  const unions = new Map<string, AddressSet>();
  return (numbers) => {
    const parts = new Set<number>();
    for (const number of numbers) {
      const at = clipOf(number);
      if (at === 1) return delta;
      if (at > 1) parts.add(at);
    }
    const key = [...parts].sort((a, b) => a - b).join();
    const known = unions.get(key) ?? union(...[...parts].flatMap((at) => different[at] ?? []));
    unions.set(key, known);
    return known;
  };
}
