import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Result } from "../../../core/result.ts";

/** The objects of one collection that could be read, and what is wrong with the others. */
export interface ParsedList<T> {
  readonly items: readonly T[];
  readonly problems: readonly Diagnostic[];
}

/** How one object of a collection is read. `undefined` is an object that does not exist any more. */
export type ParseObject<T> = (json: unknown, path: string) => Result<T | undefined, Diagnostic>;

/** Reads a whole collection, object by object; one that cannot be read never hides its neighbours. */
export function parseList<T>(list: Iterable<unknown>, name: string, parse: ParseObject<T>): ParsedList<T> {
  const items: T[] = [];
  const problems: Diagnostic[] = [];
  let index = 0;
  for (const json of list) {
    const parsed = parse(json, `${name}[${index}]`);
    index += 1;
    if (!parsed.ok) problems.push(parsed.error);
    else if (parsed.value !== undefined) items.push(parsed.value);
  }
  return { items, problems };
}
