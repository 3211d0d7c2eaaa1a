import type { Href, Unreadable } from "../../../core/policy/model.ts";
import { canonicalHref, Reference } from "./href.ts";
import { readPart } from "./shape.ts";

/** The hrefs of a list of references, and the members that are not references. */
export interface References {
  readonly hrefs: readonly Href[];
  readonly unreadable: readonly Unreadable[];
}

/** Reads a list such as a workload's `labels`. Only the href counts: `key` and `value` beside it come and go. */
export function parseReferences(list: readonly unknown[], path: string): References {
  const hrefs: Href[] = [];
  const unreadable: Unreadable[] = [];
  for (const [index, json] of list.entries()) {
    const read = readPart(Reference, json, `${path}[${index}]`);
    if (read.ok) hrefs.push(canonicalHref(read.value.href));
    else unreadable.push(read.error);
  }
  return { hrefs, unreadable };
}
