import { recordEvent } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";
import { done, notFound, type Outcome, refuse } from "./outcome.ts";
import {
  commitDependencies,
  type Dependency,
  type PendingChange,
  pendingChanges,
  revertDependencies,
} from "./pending.ts";
import { draftForm, selectedChanges } from "./provisioning.ts";
import { dependenciesBody, revertBody } from "./schema/policy.ts";
import { validateObject } from "./schema/validate.ts";
import { type Actor, activeTable, type PceState, POLICY_COLLECTIONS, tableAt, tableOf } from "./state.ts";

/** `DELETE sec_policy/pending`: throws all pending work away. */
export function revertAll(state: PceState, actor: Actor): Outcome<undefined> {
  for (const change of pendingChanges(state)) revertOne(state, change);
  recordEvent(state, actor, "sec_policy_pending.delete", 204, []);
  return done(undefined);
}

/** `PUT sec_policy/delete`: throws the pending work of a `change_subset` away. */
export function revertSome(state: PceState, actor: Actor, body: Json): Outcome<undefined> {
  const valid = validateObject(revertBody, body);
  if (!valid.ok) return valid;
  const selected = selectedChanges(state, valid.value.change_subset);
  if (!selected.ok) return selected;
  const missing = revertDependencies(state, selected.value);
  if (missing.length > 0) {
    const hrefs = missing.map((item) => item.dependency.href).join(", ");
    return refuse("revert_dependencies_missing", `Revert together with ${hrefs}`);
  }
  for (const change of selected.value) revertOne(state, change);
  recordEvent(state, actor, "sec_policy_pending.delete", 204, []);
  return done(undefined);
}

function revertOne(state: PceState, { collection, href }: PendingChange): void {
  const active = activeTable(state, collection).get(href);
  if (active === undefined) tableOf(state, collection).delete(href);
  else tableOf(state, collection).set(href, draftForm(active));
}

/** `POST sec_policy/draft/dependencies`: what must be provisioned or reverted along with a selection. */
export function dependencies(state: PceState, body: Json): Outcome<readonly JsonObject[]> {
  const valid = validateObject(dependenciesBody, body);
  if (!valid.ok) return valid;
  const selected = selectedChanges(state, valid.value.change_subset);
  if (!selected.ok) return selected;
  const find = valid.value.operation === "commit" ? commitDependencies : revertDependencies;
  return done(find(state, selected.value).map(dependencyDocument));
}

function dependencyDocument({ dependency, requiredBy }: Dependency): JsonObject {
  const buckets = Map.groupBy(requiredBy, (change) => change.collection);
  return {
    dependency: { [dependency.collection]: { href: dependency.href } },
    required_by: Object.fromEntries(
      [...buckets].map(([name, changes]) => [name, changes.map(({ href }) => ({ href }))]),
    ),
  };
}

/** `POST sec_policy/<version>/restore`: makes drafts that lead back to an old version. */
export function restore(state: PceState, actor: Actor, version: string): Outcome<undefined> {
  if (tableAt(state, version, "rule_sets") === undefined) return notFound(`sec_policy/${version}`);
  if (pendingChanges(state).length > 0)
    return refuse("pending_changes_exist", "Provision or revert pending changes first");
  for (const collection of POLICY_COLLECTIONS) restoreCollection(state, version, collection);
  recordEvent(state, actor, "sec_policy.restore", 204, []);
  return done(undefined);
}

function restoreCollection(state: PceState, version: string, collection: string): void {
  const old = tableAt(state, version, collection) ?? new Map<string, JsonObject>();
  const active = activeTable(state, collection);
  const draft = tableOf(state, collection);
  for (const [href, document] of old) {
    const now = active.get(href);
    if (now === undefined) draft.set(href, { ...draftForm(document), update_type: "create" });
    else if (JSON.stringify(now) !== JSON.stringify(document)) {
      draft.set(href, { ...draftForm(document), update_type: "update" });
    }
  }
  for (const [href, document] of active) {
    if (!old.has(href)) draft.set(href, { ...draftForm(document), update_type: "delete" });
  }
}
