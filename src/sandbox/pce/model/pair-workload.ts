import { workloads } from "./collections/workloads.ts";
import { buildObject } from "./create-object.ts";
import { fieldChanges, recordEvent } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";
import { done, notFound, type Outcome } from "./outcome.ts";
import { type Actor, type PceState, tableOf, timestamp } from "./state.ts";

/** Makes a managed workload, as a VEN does when it pairs; `extra` holds fields that only a VEN can set. */
export function pairWorkload(
  state: PceState,
  actor: Actor,
  body: Json,
  extra: JsonObject,
): Outcome<JsonObject> {
  const built = buildObject(state, actor, workloads, body);
  if (!built.ok) return built;
  const href = String(built.value.href);
  const paired = { ...built.value, managed: true, ...venFields(state, built.value), ...extra };
  tableOf(state, "workloads").set(href, paired);
  recordEvent(state, actor, "workload.create", 201, [
    { changeType: "create", kind: "workload", resource: paired },
  ]);
  return done(paired);
}

/** Removes a managed workload, as unpairing its VEN does. */
export function unpairWorkload(state: PceState, actor: Actor, href: string): Outcome<undefined> {
  const workload = tableOf(state, "workloads").get(href);
  if (workload === undefined || workload.deleted === true) return notFound(href);
  const deleted = { ...workload, deleted: true, deleted_at: timestamp(state), online: false };
  tableOf(state, "workloads").set(href, deleted);
  recordEvent(state, actor, "workload.delete", 204, [
    { changeType: "delete", kind: "workload", resource: deleted },
  ]);
  return done(undefined);
}

/** Takes over what a VEN reports, such as new interfaces; any field may be set, effective at once. */
export function reportWorkload(
  state: PceState,
  actor: Actor,
  href: string,
  report: JsonObject,
): Outcome<undefined> {
  const workload = tableOf(state, "workloads").get(href);
  if (workload === undefined || workload.deleted === true) return notFound(href);
  const reported = { ...workload, ...report, updated_at: timestamp(state) };
  tableOf(state, "workloads").set(href, reported);
  recordEvent(state, actor, "workload.update", 204, [
    { changeType: "update", kind: "workload", resource: reported, changes: fieldChanges(workload, reported) },
  ]);
  return done(undefined);
}

function venFields(state: PceState, workload: JsonObject): JsonObject {
  const id = String(workload.href).split("/").at(-1) ?? "";
  const hostname = workload.hostname ?? workload.name ?? null;
  return {
    online: true,
    ven: { href: `/orgs/${state.orgId}/vens/${id}`, hostname, status: "active" },
    agent: { href: `/orgs/${state.orgId}/agents/${state.ids.integer("agents")}`, config: {}, status: {} },
  };
}
