import type { Service, ServicePort } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type FileReader, note, type Problem, readPart } from "./file-reader.ts";
import { ServiceSchema } from "./policy-schema.ts";

const PROTOCOLS: Readonly<Record<string, number>> = { all: -1, icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
const WITH_PORTS = /^(?<protocol>tcp|udp)\/(?<from>\d{1,5})(?:-(?<to>\d{1,5}))?$/;
const LAST_PORT = 65_535;

/** Reads one entry of `services`. */
export function readService(reader: FileReader, name: string, raw: unknown): Service | undefined {
  const path = ["services", name];
  const shape = readPart(reader, ServiceSchema, raw, path);
  if (shape === undefined) return undefined;
  const isBare = typeof shape === "string" || Array.isArray(shape);
  const [texts, at] = isBare ? [shape, path] : [shape.ports, [...path, "ports"]];
  const listed = Array.isArray(texts);
  const ports = (listed ? texts : [texts]).flatMap((text, i) => {
    const port = readServicePort(text);
    if (port.ok) return [port.value];
    note(reader, listed ? [...at, i] : at, port.error);
    return [];
  });
  return { href: `${reader.root}/services/${name}`, name, ports };
}

/** Whether text means ports rather than the name of a service. */
export const looksLikePorts = (text: string): boolean =>
  /^(?:tcp|udp)\/|^\d+(?:-\d+)?$/i.test(text) || Object.hasOwn(PROTOCOLS, text);

/** Reads `tcp/3306`, `tcp/3306-3310`, `tcp`, `icmp` or `all`. */
export function readServicePort(text: string): Result<ServicePort, Problem> {
  const whole = Object.hasOwn(PROTOCOLS, text) ? PROTOCOLS[text] : undefined;
  if (whole !== undefined) return ok({ kind: "port", protocol: whole });
  const parts = WITH_PORTS.exec(text)?.groups;
  const from = Number(parts?.from);
  const to = parts?.to === undefined ? from : Number(parts.to);
  if (parts !== undefined && from >= 1 && from <= to && to <= LAST_PORT) {
    return ok({ kind: "port", protocol: PROTOCOLS[parts.protocol ?? ""] ?? -1, fromPort: from, toPort: to });
  }
  return err({
    code: "POLICY_SERVICE_INVALID",
    what: `"${text}" names no ports`,
    why: "ports are written protocol/port or protocol/first-last, with ports from 1 to 65535",
    fix: /^\d/.test(text)
      ? `write "tcp/${text}"`
      : 'write for example "tcp/3306", "tcp/5432-5433", "udp/53", "icmp" or "all"',
  });
}
