import type { JsonObject } from "../json.ts";
import { done, refuse } from "../outcome.ts";
import { referrers, refersTo } from "../references.ts";
import {
  serviceCreate,
  serviceUpdate,
  virtualServiceCreate,
  virtualServiceUpdate,
} from "../schema/services.ts";
import { tableOf } from "../state.ts";
import { refuseTwoLabelsOfOneKey } from "./label-keys.ts";
import { type CollectionSpec, EXTERNAL, type PrepareInput } from "./spec.ts";

/** Services: ports under a name; names may repeat. */
export const services: CollectionSpec = {
  name: "services",
  singular: "service",
  versioned: true,
  ids: "integer",
  create: serviceCreate,
  update: serviceUpdate,
  defaults: { description: null, description_url: null, process_name: null, ...EXTERNAL },
  refusesDelete: (state, service) =>
    referrers(state, String(service.href), ["rule_sets", "enforcement_boundaries", "virtual_services"])
      .length > 0
      ? refuse("service_referenced", "Service is still referenced by policy")
      : done(undefined),
  deletion: "remove",
};

/** Virtual services: labelled ports that are bound to workloads. */
export const virtualServices: CollectionSpec = {
  name: "virtual_services",
  singular: "virtual_service",
  versioned: true,
  ids: "uuid",
  create: virtualServiceCreate,
  update: virtualServiceUpdate,
  defaults: {
    description: null,
    pce_fqdn: null,
    apply_to: "host_only",
    service_addresses: [],
    ip_overrides: [],
    labels: [],
    ...EXTERNAL,
  },
  prepare: (state, input) => refuseTwoLabelsOfOneKey(state, onePortSource(input)),
  refusesDelete: (state, virtualService) => {
    const href = String(virtualService.href);
    if ([...tableOf(state, "service_bindings").values()].some((binding) => refersTo(binding, href))) {
      return refuse("virtual_service_has_bindings", "Virtual service still has service bindings");
    }
    return referrers(state, href, ["rule_sets"]).length > 0
      ? refuse("virtual_service_referenced", "Virtual service is still referenced by policy")
      : done(undefined);
  },
  deletion: "remove",
};

/** `service` and `service_ports` exclude each other: setting one clears the other. */
function onePortSource({ body, before }: PrepareInput): JsonObject {
  if (before === undefined) return body;
  if (body.service !== undefined) return { ...body, service_ports: null };
  return body.service_ports === undefined ? body : { ...body, service: null };
}
