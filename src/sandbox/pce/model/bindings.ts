import { recordEvent } from "./events.ts";
import { hrefIn } from "./hrefs.ts";
import { hrefOf, type Json, type JsonObject, objectsOf } from "./json.ts";
import { done, notFound, type Outcome, refuse } from "./outcome.ts";
import { resolveReferences } from "./references.ts";
import { serviceBindingsCreate } from "./schema/services.ts";
import { validate } from "./schema/validate.ts";
import { type Actor, activeTable, type PceState, tableOf, timestamp } from "./state.ts";

/**
 * Binds workloads to provisioned virtual services, at once and without provisioning. One bad entry fails them all.
 *
 * @returns `{ href, status: "created" }` for each entry
 */
export function createBindings(state: PceState, actor: Actor, body: Json): Outcome<readonly JsonObject[]> {
  const valid = validate(serviceBindingsCreate, body);
  if (!valid.ok) return valid;
  const bindings: JsonObject[] = [];
  for (const entry of objectsOf(body)) {
    const binding = newBinding(state, actor, entry);
    if (!binding.ok) return binding;
    bindings.push(binding.value);
  }
  const table = tableOf(state, "service_bindings");
  for (const binding of bindings) table.set(String(binding.href), binding);
  for (const binding of bindings) {
    recordEvent(state, actor, "service_binding.create", 201, [
      { changeType: "create", kind: "service_binding", resource: binding },
    ]);
  }
  return done(bindings.map((binding) => ({ href: binding.href ?? null, status: "created" })));
}

function newBinding(state: PceState, actor: Actor, entry: JsonObject): Outcome<JsonObject> {
  if ("container_workload" in entry)
    return refuse("invalid_uri", "Container workloads are not part of the sandbox");
  const resolved = resolveReferences(state, entry);
  if (!resolved.ok) return resolved;
  const virtualService = hrefOf(resolved.value.virtual_service) ?? "";
  if (!activeTable(state, "virtual_services").has(virtualService)) {
    return refuse("virtual_service_not_provisioned", `Virtual service is not provisioned: ${virtualService}`);
  }
  const now = timestamp(state);
  return done({
    href: `/orgs/${state.orgId}/service_bindings/${state.ids.uuid()}`,
    port_overrides: [],
    external_data_set: null,
    external_data_reference: null,
    ...resolved.value,
    created_at: now,
    updated_at: now,
    created_by: { href: actor.userHref },
    updated_by: { href: actor.userHref },
  });
}

/** Unbinds at once; there is no change of a binding, only delete and create. */
export function deleteBinding(state: PceState, actor: Actor, href: string): Outcome<undefined> {
  const table = tableOf(state, "service_bindings");
  const binding = table.get(href);
  if (binding === undefined) return notFound(href);
  table.delete(href);
  recordEvent(state, actor, "service_binding.delete", 204, [
    { changeType: "delete", kind: "service_binding", resource: binding },
  ]);
  return done(undefined);
}

/** A binding as a GET shows it: the workload by name, the virtual service in its active spelling. */
export function presentBinding(state: PceState, binding: JsonObject): JsonObject {
  const workload = tableOf(state, "workloads").get(hrefOf(binding.workload) ?? "");
  return {
    ...binding,
    virtual_service: { href: hrefIn("active", hrefOf(binding.virtual_service) ?? "") },
    workload: {
      href: workload?.href ?? null,
      name: workload?.name ?? null,
      hostname: workload?.hostname ?? null,
      deleted: workload?.deleted ?? true,
    },
  };
}
