import { z } from "zod";
import { ipAddress, port, reference } from "./common.ts";
import type { Schema } from "./validate.ts";

const selector = z.strictObject({
  label: reference.optional(),
  label_group: reference.optional(),
  workload: reference.optional(),
  ip_list: reference.optional(),
  ip_address: ipAddress.optional(),
  actors: z.literal("ams").optional(),
});

const destinationSelector = selector.extend({
  fqdn: z.string().optional(),
  transmission: z.enum(["unicast", "multicast", "broadcast"]).optional(),
});

const side = (entry: z.ZodType): z.ZodType =>
  z.strictObject({ include: z.array(z.array(entry)), exclude: z.array(entry) });

const service = z.strictObject({
  port: port.optional(),
  to_port: port.optional(),
  proto: z.int().optional(),
  process_name: z.string().optional(),
  windows_service_name: z.string().optional(),
});

/** A full RFC 3339 time; a date alone is refused, as on 25.2. */
const instant = z.iso.datetime({ offset: true });

/** Body of `POST traffic_flows/async_queries`. */
export const trafficQuery: Schema = {
  name: "traffic_flows_async_queries_post.schema.json",
  type: z.strictObject({
    query_name: z.string(),
    start_date: instant.optional(),
    end_date: instant.optional(),
    sources_destinations_query_op: z.enum(["and", "or"]).optional(),
    sources: side(selector),
    destinations: side(destinationSelector),
    services: z.strictObject({ include: z.array(service), exclude: z.array(service) }),
    policy_decisions: z.array(z.enum(["allowed", "potentially_blocked", "blocked", "unknown"])),
    boundary_decisions: z.array(z.string()).optional(),
    exclude_workloads_from_ip_list_query: z.boolean().optional(),
    max_results: z.int().min(1).max(200_000),
  }),
};

/** Body of `PUT traffic_flows/async_queries/<id>`. */
export const trafficQueryUpdate: Schema = {
  name: "traffic_flows_async_queries_put.schema.json",
  type: z.strictObject({ status: z.literal("cancel_requested") }),
};
