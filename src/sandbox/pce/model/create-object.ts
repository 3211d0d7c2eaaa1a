import type { CollectionSpec } from "./collections/spec.ts";
import { recordEvent } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";
import { done, type Outcome } from "./outcome.ts";
import { resolveReferences } from "./references.ts";
import { validateObject } from "./schema/validate.ts";
import { type Actor, type PceState, tableOf, timestamp } from "./state.ts";
import { refuseDuplicate } from "./uniqueness.ts";

/** Creates an object (a versioned one as draft) and tells it as an event. */
export function createObject(
  state: PceState,
  actor: Actor,
  spec: CollectionSpec,
  body: Json,
): Outcome<JsonObject> {
  const built = buildObject(state, actor, spec, body);
  if (!built.ok) return built;
  recordEvent(state, actor, `${spec.singular}.create`, 201, [
    { changeType: "create", kind: spec.singular, resource: built.value },
  ]);
  return built;
}

/** As {@link createObject} without the event, for bulk operations, which tell one event for all. */
export function buildObject(
  state: PceState,
  actor: Actor,
  spec: CollectionSpec,
  body: Json,
): Outcome<JsonObject> {
  const valid = validateObject(spec.create, body);
  if (!valid.ok) return valid;
  const resolved = resolveReferences(state, valid.value);
  if (!resolved.ok) return resolved;
  const unique = refuseDuplicate(state, spec, resolved.value, undefined);
  if (!unique.ok) return unique;
  const href = newHref(state, spec);
  const input = { href, body: resolved.value, before: undefined, userHref: actor.userHref };
  const prepared = spec.prepare?.(state, input) ?? resolved;
  if (!prepared.ok) return prepared;
  const document = { href, ...spec.defaults, ...prepared.value, ...birthMarks(state, actor, spec) };
  tableOf(state, spec.name).set(href, document);
  return done(document);
}

function newHref(state: PceState, spec: CollectionSpec): string {
  const id = spec.ids === "uuid" ? state.ids.uuid() : state.ids.integer(spec.name);
  return `/orgs/${state.orgId}/${spec.versioned ? "sec_policy/draft/" : ""}${spec.name}/${id}`;
}

function birthMarks(state: PceState, actor: Actor, spec: CollectionSpec): JsonObject {
  const now = timestamp(state);
  const by = { href: actor.userHref };
  return {
    created_at: now,
    updated_at: now,
    ...(spec.versioned ? { deleted_at: null, update_type: "create" } : {}),
    created_by: by,
    updated_by: by,
    ...(spec.versioned ? { deleted_by: null } : {}),
    caps: spec.versioned ? ["write", "provision"] : ["write"],
  };
}
