import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { ServicePort } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { defined } from "./defined.ts";
import { readShape, unreadableProblem } from "./shape.ts";

/** Schema of a port, where -1 stands for any. */
const PortOrAny = z.int().min(-1).max(65535).nullish();

const PceServicePort = z.object({
  proto: z.int().min(-1).max(255),
  port: PortOrAny,
  to_port: PortOrAny,
});

interface Ports {
  readonly fromPort: number | undefined;
  readonly toPort: number | undefined;
}

/** Reads `{proto, port?, to_port?}`; without a port, or with port -1, it is every port of the protocol. */
export function parseServicePort(json: unknown, path: string): Result<ServicePort, Diagnostic> {
  const read = readShape(PceServicePort, json, path);
  if (!read.ok) return read;
  const ports = readPorts(read.value.port, read.value.to_port);
  if (!ports.ok) {
    return err(
      unreadableProblem(path, json, ports.error, "give the service a first and a last port in order"),
    );
  }
  return ok({ kind: "port", protocol: read.value.proto, ...defined(ports.value) });
}

function readPorts(
  port: number | null | undefined,
  toPort: number | null | undefined,
): Result<Ports, string> {
  const from = known(port);
  const to = known(toPort);
  if (from === undefined) {
    return to === undefined
      ? ok({ fromPort: undefined, toPort: undefined })
      : err("it has a last port and no first");
  }
  if (to !== undefined && to < from) return err("its last port comes before its first");
  return ok({ fromPort: from, toPort: to ?? from });
}

function known(port: number | null | undefined): number | undefined {
  return port === null || port === -1 ? undefined : port;
}
