import type { Href, Policy } from "../model.ts";
import type { Collection, ObjectChange, PolicyChange } from "./policy-change.ts";

/**
 * What is different between two policies, object by object. The order of objects counts for nothing.
 *
 * Reads both policies through once; whoever knows what changed need not ask.
 */
export function policyDiff(before: Policy, after: Policy): PolicyChange {
  const { version, complete, problems } = after;
  return {
    version,
    complete,
    problems: same(before.problems, problems) ? before.problems : problems,
    ...difference("labels", before, after),
    ...difference("labelGroups", before, after),
    ...difference("ipLists", before, after),
    ...difference("services", before, after),
    ...difference("workloads", before, after),
    ...difference("virtualServices", before, after),
    ...difference("serviceBindings", before, after),
    ...difference("ruleSets", before, after),
  };
}

/** The collection's change, absent when there is none. */
function difference<Name extends Collection>(name: Name, before: Policy, after: Policy): PolicyChange {
  const change = objectChange<Policy[Name][number]>(before[name], after[name]);
  const changes = (change.put?.length ?? 0) + (change.removed?.length ?? 0);
  return changes === 0 ? {} : ({ [name]: change } as PolicyChange);
}

function objectChange<T extends { readonly href: Href }>(
  before: readonly T[],
  after: readonly T[],
): ObjectChange<T> {
  if (before === after) return {};
  // Sources answer in the same order from one time to the next, as a rule.
  if (before.length === after.length && before.every((object, at) => object.href === after[at]?.href)) {
    return { put: after.filter((object, at) => !same(before[at], object)) };
  }
  const old = new Map(before.map((object) => [object.href, object]));
  const put: T[] = [];
  for (const object of after) {
    const known = old.get(object.href);
    if (known === undefined || !same(known, object)) put.push(object);
    old.delete(object.href);
  }
  return { put, removed: [...old.keys()] };
}

/** Whether two plain values hold the same; fields that are undefined count as absent. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return sameFields(a as Record<string, unknown>, b as Record<string, unknown>);
}

function sameFields(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let fields = 0;
  for (const key in a) {
    if (a[key] === undefined) continue;
    fields += 1;
    if (!same(a[key], b[key])) return false;
  }
  for (const key in b) if (b[key] !== undefined) fields -= 1;
  return fields === 0;
}
