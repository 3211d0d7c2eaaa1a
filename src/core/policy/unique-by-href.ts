import type { Diagnostic } from "../diagnostic.ts";
import type { Href } from "./model.ts";

/** Objects without duplicates, and the hrefs under which different objects were given. */
interface UniqueObjects<T> {
  readonly objects: readonly T[];
  readonly conflicts: readonly Diagnostic[];
}

/**
 * Collapses equal objects. Where two different objects have one href, both are dropped and reported: which of them is
 * right cannot be told, and the order of the input must not decide.
 */
export function uniqueByHref<T extends { readonly href: Href }>(
  kind: string,
  given: readonly T[],
): UniqueObjects<T> {
  const known = new Map<Href, T>();
  const conflicts = new Map<Href, Diagnostic>();
  for (const object of given) {
    const first = known.get(object.href);
    if (first === undefined) known.set(object.href, object);
    else if (first !== object && canonicalText(first) !== canonicalText(object)) {
      conflicts.set(object.href, conflict(kind, object.href));
    }
  }
  for (const href of conflicts.keys()) known.delete(href);
  return { objects: [...known.values()], conflicts: [...conflicts.values()] };
}

function conflict(kind: string, href: Href): Diagnostic {
  return {
    code: "OBJECT_AMBIGUOUS",
    what: `${kind} "${href}" was given twice with different content`,
    why: "an href names one object, so one of the two is out of date and both are left out",
    fix: "read the policy again; the object changed while it was being read",
  };
}

/** Text that is the same for objects that differ only in the order or repetition of list members. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(canonicalText))].sort().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalText(field)}`)
    .sort()
    .join()}}`;
}
