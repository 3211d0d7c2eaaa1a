import { z } from "zod";
import type { RuleService } from "../../../core/policy/model.ts";
import { canonicalHref, HrefText } from "./href.ts";
import { parseServicePort } from "./service-port.ts";
import { parseServicePorts, ServicePortsHolder } from "./service-ports.ts";
import { AnyObject, readPart, unreadable } from "./shape.ts";

const ByHref = z.object({ href: HrefText });

/**
 * Reads one entry of `ingress_services`: a reference (perhaps with the whole service written out beside its href), a
 * protocol with ports, or an inline service with a name, which counts by its `service_ports` and may be several.
 */
export function parseRuleService(json: unknown, path: string): readonly RuleService[] {
  const object = AnyObject.safeParse(json);
  if (!object.success) {
    return [unreadable(path, json, "a service is an object", "name a service, or a protocol and a port")];
  }
  if (isGiven(object.data.href)) return [byHref(json, path)];
  if (isGiven(object.data.service_ports) || isGiven(object.data.windows_services)) return inline(json, path);
  const port = parseServicePort(json, path);
  return [port.ok ? port.value : { kind: "unreadable", problem: port.error }];
}

function byHref(json: unknown, path: string): RuleService {
  const read = readPart(ByHref, json, path);
  return read.ok ? { kind: "service", href: canonicalHref(read.value.href) } : read.error;
}

function inline(json: unknown, path: string): readonly RuleService[] {
  const read = readPart(ServicePortsHolder, json, path);
  return read.ok ? parseServicePorts(read.value, path) : [read.error];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
