import { type JsonObject, objectsOf } from "../json.ts";
import { done, type Outcome, refuse } from "../outcome.ts";
import { managedWorkloadUpdate, workloadCreate, workloadUpdate } from "../schema/workloads.ts";
import { refuseTwoLabelsOfOneKey } from "./label-keys.ts";
import { type CollectionSpec, EXTERNAL } from "./spec.ts";

/** Workloads: hosts with labels and addresses; those made over the API are unmanaged. */
export const workloads: CollectionSpec = {
  name: "workloads",
  singular: "workload",
  versioned: false,
  ids: "uuid",
  create: workloadCreate,
  update: (before) => (before.managed === true ? managedWorkloadUpdate : workloadUpdate),
  defaults: {
    deleted: false,
    managed: false,
    name: null,
    hostname: null,
    description: null,
    public_ip: null,
    service_principal_name: null,
    distinguished_name: null,
    interfaces: [],
    ignored_interface_names: [],
    service_provider: null,
    data_center: null,
    data_center_zone: null,
    os_id: null,
    os_detail: null,
    online: true,
    labels: [],
    enforcement_mode: "visibility_only",
    visibility_level: "flow_summary",
    ...EXTERNAL,
  },
  prepare: (state, { body }) => {
    const checked = refuseTwoLabelsOfOneKey(state, body);
    return checked.ok ? withInterfaces(checked.value) : checked;
  },
  refusesDelete: (_, workload) =>
    workload.managed === true
      ? refuse("method_not_allowed_error", "Managed workloads are unpaired, not deleted")
      : done(undefined),
  deletion: "mark",
};

function withInterfaces(body: JsonObject): Outcome<JsonObject> {
  return done(
    body.interfaces === undefined
      ? body
      : { ...body, interfaces: objectsOf(body.interfaces).map(completeInterface) },
  );
}

/** An interface with the fields that a GET shows. */
export function completeInterface(sent: JsonObject): JsonObject {
  return {
    cidr_block: null,
    default_gateway_address: null,
    link_state: "unknown",
    friendly_name: null,
    loopback: /^127\.|^::1$/.test(String(sent.address)),
    network_detection_mode: "single_private_brn",
    ...sent,
  };
}
