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
export function parseList<T>(list: readonly unknown[], name: string, parse: ParseObject<T>): ParsedList<T> {
  const items: T[] = [];
  const problems: Diagnostic[] = [];
  for (const [index, json] of list.entries()) {
    const parsed = parse(json, `${name}[${index}]`);
    if (!parsed.ok) problems.push(parsed.error);
    else if (parsed.value !== undefined) items.push(parsed.value);
  }
  return { items, problems };
}
