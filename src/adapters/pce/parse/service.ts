import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Service } from "../../../core/policy/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { canonicalHref, HrefText } from "./href.ts";
import { parseServicePorts, ServicePortsHolder } from "./service-ports.ts";
import { OptionalText, readShape } from "./shape.ts";
import { isDraftDeletion, UpdateType } from "./update-type.ts";

const PceService = z.object({
  href: HrefText,
  name: OptionalText,
  update_type: UpdateType,
  ...ServicePortsHolder.shape,
});

/** Reads one service. Names of services are not unique; the href is the identity. */
export function parseService(json: unknown, path: string): Result<Service | undefined, Diagnostic> {
  const read = readShape(PceService, json, path);
  if (!read.ok) return read;
  const service = read.value;
  if (isDraftDeletion(service)) return ok(undefined);
  const href = canonicalHref(service.href);
  return ok({ href, name: service.name ?? href, ports: parseServicePorts(service, path) });
}
