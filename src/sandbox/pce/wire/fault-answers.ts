import { html, json, type PceResponse } from "./exchange.ts";
import type { FaultAnswer } from "./faults.ts";

/** Answers in place of the PCE, or `undefined` when the fault only spoils the real answer. */
export function replacement(fault: FaultAnswer): PceResponse | undefined {
  if (fault.kind === "html") return html(fault.status, `${fault.status} Error`);
  if (fault.kind !== "status") return undefined;
  const retry: Record<string, string> =
    fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
  const token = fault.token ?? tokenOf(fault.status);
  return json(fault.status, [{ token, message: `Injected fault ${fault.status}` }], retry);
}

/** The real answer with what the fault does to it on the way. */
export function spoiled(fault: FaultAnswer, response: PceResponse): PceResponse {
  if (fault.kind === "slow") return { ...response, transport: { delayMs: fault.delayMs } };
  if (fault.kind === "truncated") return { ...response, transport: { truncate: true } };
  return fault.kind === "disconnect" ? { ...response, transport: { disconnect: true } } : response;
}

function tokenOf(status: number): string {
  if (status === 429) return "too_many_requests_error";
  if (status === 401) return "authentication_error";
  return status === 403 ? "forbidden_error" : "internal_error";
}
