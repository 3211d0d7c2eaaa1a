import { COLLECTIONS } from "./collections/all.ts";
import type { CollectionSpec } from "./collections/spec.ts";
import { buildObject } from "./create-object.ts";
import { removeObject } from "./delete-object.ts";
import { recordEvent } from "./events.ts";
import { canonicalHref } from "./hrefs.ts";
import { hrefOf, isList, isObject, type Json, type JsonObject, without } from "./json.ts";
import { done, type Outcome, type Refusal, refuse } from "./outcome.ts";
import { type Actor, type PceState, tableOf } from "./state.ts";
import { changeObject } from "./update-object.ts";

/** What a bulk operation does with each item. */
export type BulkVerb = "bulk_create" | "bulk_update" | "bulk_delete";

const MAX_ITEMS = 1000;

/**
 * `PUT <collection>/bulk_…`: each item succeeds or fails by itself.
 *
 * @returns for create and update one entry per item in order; for delete only the failures
 */
export function bulk(
  state: PceState,
  actor: Actor,
  collection: "workloads" | "virtual_services",
  verb: BulkVerb,
  body: Json,
): Outcome<readonly JsonObject[]> {
  const spec = COLLECTIONS.get(collection);
  if (spec === undefined || !isList(body))
    return refuse("input_validation_error", "The body must be an array");
  if (body.length > MAX_ITEMS)
    return refuse("input_validation_error", `At most ${MAX_ITEMS} items in one request`);
  if (state.now() < state.bulkBusyUntil) {
    return refuse("too_many_requests_error", "Another bulk operation is in progress", 429);
  }
  state.bulkBusyUntil = state.now() + state.switches.bulkMilliseconds;
  const results = body.map((item) => one(state, actor, spec, verb, item));
  const changed = results.flatMap((result) => (result.resource === undefined ? [] : [result.resource]));
  const changeType = { bulk_create: "create", bulk_update: "update", bulk_delete: "delete" } as const;
  recordEvent(
    state,
    actor,
    `${collection}.${verb}`,
    200,
    changed.map((resource) => ({ changeType: changeType[verb], kind: spec.singular, resource })),
  );
  return done(results.flatMap((result) => (result.answer === undefined ? [] : [result.answer])));
}

interface ItemResult {
  readonly answer: JsonObject | undefined;
  readonly resource?: JsonObject;
}

function one(state: PceState, actor: Actor, spec: CollectionSpec, verb: BulkVerb, item: Json): ItemResult {
  if (verb === "bulk_delete") return deleteOne(state, actor, spec, item);
  const href = canonicalHref(hrefOf(item) ?? "");
  const result =
    verb === "bulk_create"
      ? buildObject(state, actor, spec, item)
      : changeObject(state, actor, spec, href, isObject(item) ? without(item, "href") : item);
  if (!result.ok) return { answer: { ...(href === "" ? {} : { href }), ...failure(result.refusal) } };
  return {
    answer: { href: result.value.href ?? null, status: verb === "bulk_create" ? "created" : "updated" },
    resource: result.value,
  };
}

function failure(refusal: Refusal): JsonObject {
  const first = refusal.errors[0];
  const token = first?.token ?? "input_validation_error";
  return {
    status: token === "input_validation_error" ? "validation_failure" : "error",
    token,
    message: refusal.errors.map((error) => error.message).join("; "),
  };
}

function deleteOne(state: PceState, actor: Actor, spec: CollectionSpec, item: Json): ItemResult {
  const sent = hrefOf(item) ?? "";
  const href = sent.includes("?") ? byExternalReference(state, spec, sent) : sent;
  const document = href === undefined ? undefined : tableOf(state, spec.name).get(href);
  const fail = (token: string, message: string): ItemResult => ({
    answer: { href: sent, errors: [{ token, message }] },
  });
  if (document === undefined || href === undefined) return fail("not_found_error", `Not found: "${sent}"`);
  if (document.managed === true)
    return fail("method_not_allowed_error", "Managed workloads are unpaired, not deleted");
  const removed = removeObject(state, actor, spec, href);
  const error = removed.ok ? undefined : removed.refusal.errors[0];
  return error === undefined ? { answer: undefined, resource: document } : fail(error.token, error.message);
}

function byExternalReference(state: PceState, spec: CollectionSpec, sent: string): string | undefined {
  const query = new URLSearchParams(sent.slice(sent.indexOf("?") + 1));
  for (const [href, document] of tableOf(state, spec.name)) {
    const same =
      document.external_data_set === query.get("external_data_set") &&
      document.external_data_reference === query.get("external_data_reference");
    if (same && document.deleted !== true) return href;
  }
  return undefined;
}
