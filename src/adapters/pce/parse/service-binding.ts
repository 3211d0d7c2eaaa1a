import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { PortOverride, ServiceBinding, Unreadable } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { defined } from "./defined.ts";
import { canonicalHref, HrefText, Reference } from "./href.ts";
import { OptionalList, readPart, readShape, unreadable, unreadableProblem } from "./shape.ts";

const Port = z.int().min(0).max(65535);
const Protocol = z.int().min(-1).max(255).nullish();

const PceServiceBinding = z.object({
  href: HrefText,
  virtual_service: Reference.nullish(),
  /** What the published schema of GET calls `virtual_service`. */
  bound_service: Reference.nullish(),
  workload: Reference.extend({ deleted: z.boolean().nullish() }).nullish(),
  container_workload: z.unknown().optional(),
  port_overrides: OptionalList,
});

const PcePortOverride = z.object({
  port: z.int().min(-1).max(65535).nullish(),
  proto: Protocol,
  /** Another spelling of `proto`. */
  protocol: Protocol,
  new_port: Port,
  new_to_port: Port.nullish(),
});

/**
 * Reads one binding of a virtual service to a workload. One to a deleted workload or to a container workload is
 * `undefined`: neither has an address in the policy.
 */
export function parseServiceBinding(
  json: unknown,
  path: string,
): Result<ServiceBinding | undefined, Diagnostic> {
  const read = readShape(PceServiceBinding, json, path);
  if (!read.ok) return read;
  const { href, workload, container_workload, port_overrides } = read.value;
  const virtualService = read.value.virtual_service ?? read.value.bound_service;
  if (workload?.deleted === true || (!workload && container_workload)) return ok(undefined);
  if (!(virtualService && workload)) {
    const why = "a binding joins a virtual service and a workload";
    return err(unreadableProblem(path, json, why, "bind the virtual service to a workload"));
  }
  return ok({
    href: canonicalHref(href),
    virtualService: canonicalHref(virtualService.href),
    workload: canonicalHref(workload.href),
    portOverrides: port_overrides.map((entry, index) =>
      parsePortOverride(entry, `${path}.port_overrides[${index}]`),
    ),
  });
}

function parsePortOverride(json: unknown, path: string): PortOverride | Unreadable {
  const read = readPart(PcePortOverride, json, path);
  if (!read.ok) return read.error;
  const { port, proto, protocol, new_port, new_to_port } = read.value;
  if (typeof new_to_port === "number" && new_to_port < new_port) {
    return unreadable(path, json, "its last port comes before its first", "create the binding again");
  }
  return {
    ...defined({
      port: port === null || port === -1 ? undefined : port,
      protocol: proto ?? protocol ?? undefined,
      newToPort: new_to_port ?? undefined,
    }),
    newPort: new_port,
  };
}
