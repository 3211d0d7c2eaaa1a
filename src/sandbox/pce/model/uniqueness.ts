import type { CollectionSpec } from "./collections/spec.ts";
import type { JsonObject } from "./json.ts";
import { done, type Outcome, refuse } from "./outcome.ts";
import { type PceState, tableOf } from "./state.ts";

/** Refuses a name, or a pair of external ids, that another object of the collection already has. */
export function refuseDuplicate(
  state: PceState,
  spec: CollectionSpec,
  body: JsonObject,
  before: JsonObject | undefined,
): Outcome<undefined> {
  const after = { ...before, ...body };
  const unique = spec.unique;
  if (unique !== undefined && taken(state, spec, unique.fields, after, before)) {
    const values = unique.fields.map((field) => String(after[field])).join(", ");
    return refuse(unique.token, `${unique.fields.join(" and ")} must be unique: ${values}`);
  }
  const external = ["external_data_set", "external_data_reference"];
  return external.every((field) => typeof after[field] === "string") &&
    taken(state, spec, external, after, before)
    ? refuse(
        "external_data_reference_must_be_unique",
        "External data set and reference must be unique together",
      )
    : done(undefined);
}

function taken(
  state: PceState,
  spec: CollectionSpec,
  fields: readonly string[],
  after: JsonObject,
  before: JsonObject | undefined,
): boolean {
  for (const other of tableOf(state, spec.name).values()) {
    const same = fields.every((field) => other[field] === after[field]);
    if (same && other.href !== before?.href && other.deleted !== true) return true;
  }
  return false;
}
