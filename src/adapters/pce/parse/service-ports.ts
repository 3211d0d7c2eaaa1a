import { z } from "zod";
import type { ServicePort, Unreadable } from "../../../core/policy/model.ts";
import { parseServicePort } from "./service-port.ts";
import { OptionalList, readPart, unreadable } from "./shape.ts";

/** Schema of what a service and an inline service have in common: port entries and Windows entries. */
export const ServicePortsHolder = z.object({
  service_ports: OptionalList,
  windows_services: OptionalList,
  windows_egress_services: OptionalList,
});

const WindowsService = z.object({ port: z.int().nullish() });

/**
 * Reads the ports that a service opens on its provider. Egress entries bind the consumer's host alone and open
 * nothing here. A service that names no port at all grants nothing and is reported.
 */
export function parseServicePorts(
  holder: z.infer<typeof ServicePortsHolder>,
  path: string,
): readonly (ServicePort | Unreadable)[] {
  const ports = [
    ...holder.service_ports.map((json, index) => portAt(json, `${path}.service_ports[${index}]`)),
    ...holder.windows_services.map((json, index) =>
      windowsPortAt(json, `${path}.windows_services[${index}]`),
    ),
  ];
  if (ports.length > 0 || holder.windows_egress_services.length > 0) return ports;
  const fix = "add a protocol and a port to the service, or take it out of the rule";
  return [unreadable(`${path}.service_ports`, holder.service_ports, "the service names no port", fix)];
}

function portAt(json: unknown, path: string): ServicePort | Unreadable {
  const read = parseServicePort(json, path);
  return read.ok ? read.value : { kind: "unreadable", problem: read.error };
}

/** A Windows entry that names only a process could be any port, and a security group sees no processes. */
function windowsPortAt(json: unknown, path: string): ServicePort | Unreadable {
  const read = readPart(WindowsService, json, path);
  if (!read.ok) return read.error;
  if (typeof read.value.port === "number" && read.value.port >= 0) return portAt(json, path);
  return unreadable(
    path,
    json,
    "a Windows service without a port names a process, which a security group cannot tell",
    "give the Windows service its port",
  );
}
