import { z } from "zod";
import { parseCidr, parseIp } from "../../address/ip.ts";
import { describing, port, reference, requiredName, shortText } from "./common.ts";
import type { Schema } from "./validate.ts";

const ordered = (range: { port?: number | null | undefined; to_port?: number | null | undefined }): boolean =>
  range.to_port === undefined ||
  range.to_port === null ||
  (typeof range.port === "number" && range.to_port > range.port);

const portFields = {
  port: port.nullable().optional(),
  to_port: port.nullable().optional(),
  icmp_type: z.int().min(0).max(255).nullable().optional(),
  icmp_code: z.int().min(0).max(15).nullable().optional(),
};

const servicePort = z
  .strictObject({ proto: z.int().min(-1).max(255), ...portFields })
  .refine(ordered, "to_port must be higher than port");

const windowsService = z
  .strictObject({
    proto: z.int().min(-1).max(255).nullable().optional(),
    service_name: shortText.nullable().optional(),
    process_name: z.string().nullable().optional(),
    ...portFields,
  })
  .refine(ordered, "to_port must be higher than port");

const serviceFields = {
  ...describing,
  description_url: z.string().nullable().optional(),
  process_name: z.string().nullable().optional(),
  service_ports: z.array(servicePort).optional(),
  windows_services: z.array(windowsService).optional(),
  windows_egress_services: z
    .array(
      z.strictObject({
        service_name: shortText.nullable().optional(),
        process_name: z.string().nullable().optional(),
      }),
    )
    .optional(),
};

/** Body of `POST services`. */
export const serviceCreate: Schema = {
  name: "sec_policy_services_post.schema.json",
  type: z.strictObject({ name: requiredName, ...serviceFields }),
};

/** Body of `PUT services/<id>`. */
export const serviceUpdate: Schema = {
  name: "sec_policy_services_put.schema.json",
  type: z.strictObject({ name: requiredName.optional(), ...serviceFields }),
};

const virtualServicePort = z
  .strictObject({
    proto: z.union([z.literal(6), z.literal(17)]),
    port: z.int().min(-1).max(65_535).optional(),
    to_port: port.nullable().optional(),
  })
  .refine(ordered, "to_port must be higher than port");

const serviceAddress = z
  .strictObject({
    ip: z
      .string()
      .refine((text) => parseIp(text) !== undefined, "not an IP address")
      .optional(),
    network: reference.optional(),
    fqdn: shortText.optional(),
    port: z.int().min(-1).max(65_535).optional(),
    description: z.string().optional(),
  })
  .refine(
    (address) => (address.ip === undefined) !== (address.fqdn === undefined),
    "exactly one of ip and fqdn",
  )
  .refine(
    (address) => address.ip === undefined || (address.network === undefined) !== (address.port === undefined),
    {
      message: "an ip goes with exactly one of network and port",
    },
  );

const virtualServiceFields = {
  ...describing,
  apply_to: z.enum(["host_only", "internal_bridge_network"]).optional(),
  service: reference.optional(),
  service_ports: z.array(virtualServicePort).optional(),
  service_addresses: z.array(serviceAddress).optional(),
  ip_overrides: z
    .array(z.string().refine((text) => parseCidr(text) !== undefined, "not an IP or CIDR"))
    .optional(),
  labels: z.array(reference).optional(),
};

/** Body of `POST virtual_services`. */
export const virtualServiceCreate: Schema = {
  name: "sec_policy_virtual_services_post.schema.json",
  type: z
    .strictObject({ name: requiredName, ...virtualServiceFields })
    .refine(
      (body) => (body.service === undefined) !== (body.service_ports === undefined),
      "exactly one of service and service_ports",
    ),
};

/** Body of `PUT virtual_services/<id>`. */
export const virtualServiceUpdate: Schema = {
  name: "sec_policy_virtual_services_put.schema.json",
  type: z.strictObject({ name: requiredName.optional(), ...virtualServiceFields }),
};

const portOverride = z.strictObject({
  new_port: port,
  new_to_port: port.optional(),
  port: port.optional(),
  proto: z.union([z.literal(6), z.literal(17)]).optional(),
});

/** Body of `POST service_bindings`: an array. */
export const serviceBindingsCreate: Schema = {
  name: "service_bindings_post.schema.json",
  type: z.array(
    z
      .strictObject({
        virtual_service: reference,
        workload: reference.optional(),
        container_workload: reference.optional(),
        port_overrides: z.array(portOverride).optional(),
        external_data_set: describing.external_data_set,
        external_data_reference: describing.external_data_reference,
      })
      .refine(
        (body) => (body.workload === undefined) !== (body.container_workload === undefined),
        "exactly one of workload and container_workload",
      ),
  ),
};
