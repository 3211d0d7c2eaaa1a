import { hrefOf, type JsonObject, numberOf, objectsOf } from "../model/json.ts";
import type { PolicyBinding, PolicyVirtualService, World } from "./world.ts";

/** Protocol (IANA number) and port of a packet; port is meaningless without TCP or UDP. */
export interface PacketPort {
  readonly protocol: number;
  readonly port: number;
}

/** True when a rule's `ingress_services` hold the port. */
export function servicesHold(world: World, services: readonly JsonObject[], packet: PacketPort): boolean {
  return services.some((entry) => portsOf(world, entry).some((ports) => portsHold(ports, packet)));
}

/** The port entries of a service, by reference, inline or named inline. */
export function portsOf(world: World, entry: JsonObject): readonly JsonObject[] {
  const href = hrefOf(entry);
  const service = href === undefined ? entry : world.services.get(href);
  if (service === undefined) return [];
  const named = [...objectsOf(service.service_ports), ...objectsOf(service.windows_services)];
  return named.length > 0 || numberOf(service.proto) === undefined ? named : [service];
}

function portsHold(ports: JsonObject, packet: PacketPort): boolean {
  const protocol = numberOf(ports.proto);
  if (protocol === -1) return true;
  if (protocol !== packet.protocol) return false;
  const from = numberOf(ports.port);
  if (from === undefined || from === -1) return true;
  return from <= packet.port && packet.port <= (numberOf(ports.to_port) ?? from);
}

/** True when a virtual service is reached on the port at the workload of a binding. */
export function virtualServiceHolds(
  world: World,
  service: PolicyVirtualService,
  binding: PolicyBinding,
  packet: PacketPort,
): boolean {
  const referenced = hrefOf(service.document.service);
  const ports =
    referenced === undefined
      ? objectsOf(service.document.service_ports)
      : portsOf(world, { href: referenced });
  return ports
    .flatMap((entry) => overridden(entry, binding.portOverrides))
    .some((entry) => portsHold(entry, packet));
}

/**
 * The entry after the overrides of a binding. An override that names any port of an entry takes the place of the whole
 * entry: whatever it moved must not stay open.
 */
function overridden(entry: JsonObject, overrides: readonly JsonObject[]): readonly JsonObject[] {
  const moving = overrides.filter((override) => moves(override, entry));
  if (moving.length === 0) return [entry];
  return moving.map((override) => ({
    proto: override.proto ?? entry.proto ?? null,
    port: override.new_port ?? null,
    to_port: override.new_to_port ?? null,
  }));
}

function moves(override: JsonObject, entry: JsonObject): boolean {
  const protocol = numberOf(override.proto) ?? numberOf(entry.proto) ?? 6;
  const port = numberOf(override.port);
  if (port !== undefined) return portsHold(entry, { protocol, port });
  return entry.proto === -1 || entry.proto === protocol;
}
