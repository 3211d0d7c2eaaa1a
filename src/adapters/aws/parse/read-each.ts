import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Result } from "../../../core/result.ts";

/** The objects of one list that could be read, and a finding for each that could not. */
export interface ReadList<T> {
  readonly values: readonly T[];
  readonly findings: readonly Diagnostic[];
  /** The objects that could not be read, as they came, each with its finding. */
  readonly unread: readonly { readonly json: unknown; readonly problem: Diagnostic }[];
}

/** Reads every object of a list; `name` is the list's name in the answer, e.g. `DBInstances`. */
export function readEach<T>(
  items: readonly unknown[],
  name: string,
  read: (json: unknown, at: string) => Result<T, Diagnostic>,
): ReadList<T> {
  const values: T[] = [];
  const unread: { json: unknown; problem: Diagnostic }[] = [];
  for (const [index, json] of items.entries()) {
    const result = read(json, `${name}[${index}]`);
    if (result.ok) values.push(result.value);
    else unread.push({ json, problem: result.error });
  }
  return { values, unread, findings: unread.map((u) => u.problem) };
}
