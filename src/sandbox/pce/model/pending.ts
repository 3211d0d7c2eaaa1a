import { type JsonObject, objectsOf } from "./json.ts";
import { referencesIn } from "./references.ts";
import { type PceState, POLICY_COLLECTIONS, tableOf } from "./state.ts";

/** A draft object that differs from active policy. */
export interface PendingChange {
  readonly collection: string;
  readonly href: string;
  readonly document: JsonObject;
}

/** Everything that waits to be provisioned. */
export function pendingChanges(state: PceState): readonly PendingChange[] {
  return POLICY_COLLECTIONS.flatMap((collection) =>
    [...tableOf(state, collection)]
      .filter(([, document]) => typeof document.update_type === "string")
      .map(([href, document]) => ({ collection, href, document })),
  );
}

/** `GET sec_policy/pending`: the pending objects in a bucket per collection. */
export function pendingDocument(state: PceState): JsonObject {
  const pending = pendingChanges(state);
  const buckets = POLICY_COLLECTIONS.map((collection) => [
    collection,
    pending
      .filter((change) => change.collection === collection)
      .map(({ href, document }) => ({
        name: document.name ?? null,
        href,
        update_type: document.update_type ?? null,
        updated_at: document.updated_at ?? null,
        updated_by: document.updated_by ?? null,
        caps: ["provision"],
      })),
  ]);
  return Object.fromEntries(buckets);
}

/** An object that must go along with the selected ones. */
export interface Dependency {
  readonly dependency: PendingChange;
  readonly requiredBy: readonly PendingChange[];
}

/** New objects that the selected ones refer to: without them the selection cannot become active. */
export function commitDependencies(
  state: PceState,
  selected: readonly PendingChange[],
): readonly Dependency[] {
  const created = new Map(
    pendingChanges(state)
      .filter(({ document }) => document.update_type === "create")
      .map((change) => [change.href, change]),
  );
  return closure(selected, ({ document }) =>
    document.update_type === "delete" ? [] : targetsOf(document).flatMap((href) => created.get(href) ?? []),
  );
}

/** Draft objects that refer to new ones which are to be thrown away: they must be reverted too. */
export function revertDependencies(
  state: PceState,
  selected: readonly PendingChange[],
): readonly Dependency[] {
  const referrersOf = new Map<string, PendingChange[]>();
  for (const change of pendingChanges(state)) {
    for (const href of targetsOf(change.document)) {
      referrersOf.set(href, [...(referrersOf.get(href) ?? []), change]);
    }
  }
  return closure(selected, ({ href, document }) =>
    document.update_type === "create" ? (referrersOf.get(href) ?? []) : [],
  );
}

/** The objects that a draft refers to once its deleted rules are gone. */
const targetsOf = (document: JsonObject): readonly string[] => [
  ...new Set([...referencesIn(withoutDeletedRules(document))].map(([, href]) => href)),
];

/** Follows the needs of a selection until nothing is missing. */
function closure(
  selected: readonly PendingChange[],
  needs: (change: PendingChange) => readonly PendingChange[],
): readonly Dependency[] {
  const taken = new Set(selected.map((change) => change.href));
  const found = new Map<string, { dependency: PendingChange; requiredBy: PendingChange[] }>();
  const queue = [...selected];
  for (const change of queue) {
    for (const dependency of needs(change)) {
      if (taken.has(dependency.href)) continue;
      const entry = found.get(dependency.href) ?? { dependency, requiredBy: [] };
      if (entry.requiredBy.length === 0) queue.push(dependency);
      entry.requiredBy.push(change);
      found.set(dependency.href, entry);
    }
  }
  return [...found.values()];
}

/** The document as it will be once its deleted rules are gone. */
export function withoutDeletedRules(document: JsonObject): JsonObject {
  if (document.rules === undefined) return document;
  const keep = (rule: JsonObject): boolean => rule.update_type !== "delete";
  return {
    ...document,
    rules: objectsOf(document.rules).filter(keep),
    deny_rules: objectsOf(document.deny_rules).filter(keep),
  };
}
