import type { JsonObject } from "./json.ts";
import { type Actor, type PceState, timestamp } from "./state.ts";

/** One thing that an event says was changed. */
export interface ResourceChange {
  readonly changeType: "create" | "update" | "delete";
  /** Key of the resource in the event: `label`, `workload`, … */
  readonly kind: string;
  readonly resource: JsonObject;
  readonly changes?: JsonObject;
}

/** Appends an event such as `label.create`. */
export function recordEvent(
  state: PceState,
  actor: Actor,
  eventType: string,
  status: number,
  changes: readonly ResourceChange[],
): void {
  state.events.push({
    href: `/orgs/${state.orgId}/events/${state.ids.uuid()}`,
    timestamp: timestamp(state),
    pce_fqdn: "pce.sandbox.test",
    created_by: { user: { href: actor.userHref, username: actor.username } },
    event_type: eventType,
    status: "success",
    severity: "info",
    action: actionOf(state, actor, status),
    resource_changes: changes.map((change) => ({
      uuid: state.ids.uuid(),
      change_type: change.changeType,
      resource: { [change.kind]: change.resource },
      changes: change.changes ?? {},
    })),
    notifications: [],
  });
}

function actionOf(state: PceState, actor: Actor, status: number): JsonObject {
  return {
    uuid: state.ids.uuid(),
    api_endpoint: actor.request?.endpoint ?? "",
    api_method: actor.request?.method ?? "",
    http_status_code: status,
    src_ip: actor.request?.address ?? "127.0.0.1",
    errors: [],
    info: {},
  };
}

/** The before/after pairs of the top-level fields that differ. */
export function fieldChanges(before: JsonObject, after: JsonObject): JsonObject {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => key !== "updated_at" && key !== "update_type",
  );
  return Object.fromEntries(
    keys
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => [key, { before: before[key] ?? null, after: after[key] ?? null }]),
  );
}
