import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import { type Cidr, canonicalCidr } from "../../../core/net/cidr.ts";
import type { ServiceAddress, ServicePort, Unreadable, VirtualService } from "../../../core/policy/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { defined } from "./defined.ts";
import { canonicalHref, HrefText, Reference } from "./href.ts";
import { parseReferences } from "./references.ts";
import { parseServicePort } from "./service-port.ts";
import { OptionalList, OptionalText, readShape, unreadable } from "./shape.ts";
import { isDraftDeletion, UpdateType } from "./update-type.ts";

const PceVirtualService = z.object({
  href: HrefText,
  name: OptionalText,
  labels: OptionalList,
  service: Reference.nullish(),
  service_ports: OptionalList,
  service_addresses: OptionalList,
  ip_overrides: OptionalList,
  external_data_reference: OptionalText,
  update_type: UpdateType,
});

const PceServiceAddress = z.object({
  fqdn: OptionalText,
  ip: OptionalText,
  port: z.int().min(-1).max(65535).nullish(),
});

/** A virtual service, and what is wrong with parts of it that the model has no place for. */
export interface ParsedVirtualService {
  readonly virtualService: VirtualService;
  readonly problems: readonly Diagnostic[];
}

/** Reads one virtual service; one that the draft removes is `undefined`. */
export function parseVirtualService(
  json: unknown,
  path: string,
): Result<ParsedVirtualService | undefined, Diagnostic> {
  const read = readShape(PceVirtualService, json, path);
  if (!read.ok) return read;
  const pce = read.value;
  if (isDraftDeletion(pce)) return ok(undefined);
  const href = canonicalHref(pce.href);
  const labels = parseReferences(pce.labels, `${path}.labels`);
  const addresses = pce.service_addresses.map((entry, i) =>
    readShape(PceServiceAddress, entry, `${path}.service_addresses[${i}]`),
  );
  return ok({
    virtualService: {
      ...defined({
        service: pce.service ? canonicalHref(pce.service.href) : undefined,
        externalDataReference: pce.external_data_reference,
      }),
      href,
      name: pce.name ?? href,
      labels: labels.hrefs,
      ...(labels.unreadable.length === 0 ? {} : { unreadable: labels.unreadable }),
      // A reference to a service counts alone: its ports may be repeated beside it.
      servicePorts: pce.service ? [] : parsePorts(pce.service_ports, `${path}.service_ports`),
      serviceAddresses: addresses.flatMap((address) => (address.ok ? [toServiceAddress(address.value)] : [])),
      ipOverrides: pce.ip_overrides.map((entry, i) => parseIpOverride(entry, `${path}.ip_overrides[${i}]`)),
    },
    problems: addresses.flatMap((address) => (address.ok ? [] : [address.error])),
  });
}

function parsePorts(list: readonly unknown[], path: string): readonly (ServicePort | Unreadable)[] {
  if (list.length === 0) {
    const fix = "give the virtual service a service or a port";
    return [unreadable(path, list, "a virtual service needs a service or ports", fix)];
  }
  return list.map((json, index) => {
    const port = parseServicePort(json, `${path}[${index}]`);
    return port.ok ? port.value : { kind: "unreadable", problem: port.error };
  });
}

function toServiceAddress(pce: z.infer<typeof PceServiceAddress>): ServiceAddress {
  const port = pce.port === null || pce.port === -1 ? undefined : pce.port;
  return defined({ fqdn: pce.fqdn, ip: pce.ip, port });
}

function parseIpOverride(json: unknown, path: string): Cidr | Unreadable {
  const fix = 'write an address or a CIDR block, such as "10.20.0.0/16"';
  if (typeof json !== "string") return unreadable(path, json, "an IP override is text", fix);
  const cidr = canonicalCidr(json);
  return cidr.ok ? cidr.value : unreadable(path, json, cidr.error.why, fix);
}
