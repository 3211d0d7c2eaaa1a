import { completeInterface } from "./collections/workloads.ts";
import { recordEvent } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";
import { objectsOf } from "./json.ts";
import { done, notFound, type Outcome, refuse } from "./outcome.ts";
import { validateObject } from "./schema/validate.ts";
import { interfaceCreate } from "./schema/workloads.ts";
import { type Actor, type PceState, tableOf, timestamp } from "./state.ts";

/** `POST workloads/<id>/interfaces`. */
export function addInterface(
  state: PceState,
  actor: Actor,
  workloadHref: string,
  body: Json,
): Outcome<JsonObject> {
  const workload = tableOf(state, "workloads").get(workloadHref);
  if (workload === undefined || workload.deleted === true) return notFound(workloadHref);
  if (workload.managed === true)
    return refuse("method_not_allowed_error", "The VEN reports these interfaces", 405);
  const valid = validateObject(interfaceCreate, body);
  if (!valid.ok) return valid;
  const added = completeInterface(valid.value);
  store(state, actor, workload, [...objectsOf(workload.interfaces), added]);
  tell(state, actor, "create", added);
  return done(added);
}

/** `DELETE workloads/<id>/interfaces/<name>`: every interface of that name, IPv4 and IPv6. */
export function removeInterface(
  state: PceState,
  actor: Actor,
  workloadHref: string,
  name: string,
): Outcome<undefined> {
  const workload = tableOf(state, "workloads").get(workloadHref);
  if (workload === undefined || workload.deleted === true) return notFound(workloadHref);
  if (workload.managed === true)
    return refuse("method_not_allowed_error", "The VEN reports these interfaces", 405);
  const before = objectsOf(workload.interfaces);
  const removed = before.filter((item) => item.name === name);
  if (removed.length === 0) return notFound(`${workloadHref}/interfaces/${name}`);
  store(
    state,
    actor,
    workload,
    before.filter((item) => item.name !== name),
  );
  for (const item of removed) tell(state, actor, "delete", item);
  return done(undefined);
}

function store(state: PceState, actor: Actor, workload: JsonObject, interfaces: readonly JsonObject[]): void {
  tableOf(state, "workloads").set(String(workload.href), {
    ...workload,
    interfaces,
    updated_at: timestamp(state),
    updated_by: { href: actor.userHref },
  });
}

function tell(state: PceState, actor: Actor, changeType: "create" | "delete", resource: JsonObject): void {
  const status = changeType === "create" ? 201 : 204;
  recordEvent(state, actor, `workload_interface.${changeType}`, status, [
    { changeType, kind: "workload_interface", resource },
  ]);
}
