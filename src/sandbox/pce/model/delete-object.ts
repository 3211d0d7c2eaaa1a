import type { CollectionSpec } from "./collections/spec.ts";
import { recordEvent } from "./events.ts";
import type { JsonObject } from "./json.ts";
import { done, notFound, type Outcome, refuse } from "./outcome.ts";
import { type Actor, activeTable, type PceState, tableOf, timestamp } from "./state.ts";

/** Deletes an object; a provisioned one is only marked in the draft until the deletion is provisioned. */
export function deleteObject(
  state: PceState,
  actor: Actor,
  spec: CollectionSpec,
  href: string,
): Outcome<undefined> {
  const document = tableOf(state, spec.name).get(href);
  const removed = removeObject(state, actor, spec, href);
  if (!removed.ok || document === undefined) return removed;
  recordEvent(state, actor, `${spec.singular}.delete`, 204, [
    { changeType: "delete", kind: spec.singular, resource: document },
  ]);
  return removed;
}

/** As {@link deleteObject} without the event, for bulk operations. */
export function removeObject(
  state: PceState,
  actor: Actor,
  spec: CollectionSpec,
  href: string,
): Outcome<undefined> {
  const table = tableOf(state, spec.name);
  const document = table.get(href);
  if (document === undefined) return notFound(href);
  if (document.deleted === true) return refuse("already_deleted", `Already deleted: "${href}"`);
  const allowed = spec.refusesDelete?.(state, document) ?? done(undefined);
  if (!allowed.ok) return allowed;
  const now = timestamp(state);
  const marks: JsonObject = { deleted_at: now, deleted_by: { href: actor.userHref }, updated_at: now };
  if (spec.deletion === "mark") table.set(href, { ...document, ...marks, deleted: true });
  else if (activeTable(state, spec.name).has(href))
    table.set(href, { ...document, ...marks, update_type: "delete" });
  else table.delete(href);
  return done(undefined);
}
