import type { CollectionSpec } from "./collections/spec.ts";
import { fieldChanges, recordEvent } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";
import { done, notFound, type Outcome, refuse } from "./outcome.ts";
import { resolveReferences } from "./references.ts";
import { validateObject } from "./schema/validate.ts";
import { type Actor, type PceState, tableOf, timestamp } from "./state.ts";
import { refuseDuplicate } from "./uniqueness.ts";

/** Changes the fields that a body names; arrays are replaced whole. */
export function updateObject(
  state: PceState,
  actor: Actor,
  spec: CollectionSpec,
  href: string,
  body: Json,
): Outcome<JsonObject> {
  const before = tableOf(state, spec.name).get(href);
  const after = changeObject(state, actor, spec, href, body);
  if (!after.ok || before === undefined) return after;
  recordEvent(state, actor, `${spec.singular}.update`, 204, [
    {
      changeType: "update",
      kind: spec.singular,
      resource: after.value,
      changes: fieldChanges(before, after.value),
    },
  ]);
  return after;
}

/** As {@link updateObject} without the event, for bulk operations. */
export function changeObject(
  state: PceState,
  actor: Actor,
  spec: CollectionSpec,
  href: string,
  body: Json,
): Outcome<JsonObject> {
  const table = tableOf(state, spec.name);
  const before = table.get(href);
  if (before === undefined) return notFound(href);
  if (before.deleted === true) return refuse("already_deleted", `Already deleted: "${href}"`);
  const checked = checkedBody(state, spec, before, body);
  if (!checked.ok) return checked;
  const input = { href, body: checked.value, before, userHref: actor.userHref };
  const prepared = spec.prepare?.(state, input) ?? checked;
  if (!prepared.ok) return prepared;
  const after = { ...before, ...prepared.value, ...changeMarks(state, actor, before) };
  table.set(href, after);
  return done(after);
}

function checkedBody(
  state: PceState,
  spec: CollectionSpec,
  before: JsonObject,
  body: Json,
): Outcome<JsonObject> {
  const schema = typeof spec.update === "function" ? spec.update(before) : spec.update;
  const valid = validateObject(schema, body);
  if (!valid.ok) return valid;
  const resolved = resolveReferences(state, valid.value);
  if (!resolved.ok) return resolved;
  const unique = refuseDuplicate(state, spec, resolved.value, before);
  return unique.ok ? resolved : unique;
}

/** Who changed it and when; a versioned object becomes a pending update, unless it is new or marked for deletion. */
export function changeMarks(state: PceState, actor: Actor, before: JsonObject): JsonObject {
  return {
    updated_at: timestamp(state),
    updated_by: { href: actor.userHref },
    ...(before.update_type === null ? { update_type: "update" } : {}),
  };
}
