import { z } from "zod";
import { describing, ipAddress, reference, requiredName, shortText } from "./common.ts";
import type { Schema } from "./validate.ts";

/** One interface as a client may send it. */
const interfaceBody = z.strictObject({
  name: requiredName,
  address: ipAddress,
  cidr_block: z.int().min(0).max(128).nullable().optional(),
  default_gateway_address: ipAddress.nullable().optional(),
  link_state: z.enum(["up", "down", "unknown"]).nullable().optional(),
  friendly_name: shortText.nullable().optional(),
  network: reference.optional(),
  network_detection_mode: z.string().optional(),
});

/** Body of `POST workloads/<id>/interfaces`. */
export const interfaceCreate: Schema = { name: "workload_interfaces_post.schema.json", type: interfaceBody };

const enforcementMode = z.enum(["idle", "visibility_only", "selective", "full"]);

const shared = {
  name: requiredName.nullable().optional(),
  ...describing,
  service_principal_name: shortText.nullable().optional(),
  distinguished_name: shortText.nullable().optional(),
  public_ip: ipAddress.nullable().optional(),
  service_provider: shortText.nullable().optional(),
  data_center: shortText.nullable().optional(),
  data_center_zone: shortText.nullable().optional(),
  os_id: shortText.nullable().optional(),
  os_detail: z.string().nullable().optional(),
  labels: z.array(reference).optional(),
  enforcement_mode: enforcementMode.optional(),
};

const unmanaged = z.strictObject({
  ...shared,
  hostname: shortText.nullable().optional(),
  agent_to_pce_certificate_authentication_id: shortText.nullable().optional(),
  interfaces: z.array(interfaceBody).optional(),
  online: z.boolean().optional(),
});

/** Body of `POST workloads`, which always makes an unmanaged one. */
export const workloadCreate: Schema = {
  name: "workloads_post.schema.json",
  type: unmanaged.refine((body) => Boolean(body.name ?? body.hostname), "name or hostname is required"),
};

/** Body of `PUT workloads/<id>` for an unmanaged workload. */
export const workloadUpdate: Schema = { name: "workloads_put.schema.json", type: unmanaged };

/** Body of `PUT workloads/<id>` for a managed workload: what the VEN reports cannot be written. */
export const managedWorkloadUpdate: Schema = {
  name: "workloads_managed_put.schema.json",
  type: z.strictObject({
    ...shared,
    visibility_level: z
      .enum(["flow_summary", "flow_drops", "flow_off", "flow_full_detail", "enhanced_data_collection"])
      .optional(),
    ignored_interface_names: z.array(z.string()).optional(),
    datacenter_nat_1to1: z.boolean().optional(),
  }),
};
