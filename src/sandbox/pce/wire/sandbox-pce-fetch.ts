import { setTimeout as delay } from "node:timers/promises";
import type { SandboxPce } from "../sandbox-pce.ts";
import type { PceResponse } from "./exchange.ts";
import { handlePceRequest } from "./handle-pce-request.ts";

/** A `fetch` that answers from the sandbox in this process, whatever the host of the URL. */
export function sandboxPceFetch(sandbox: SandboxPce): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const response = handlePceRequest(sandbox, {
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...Object.fromEntries(request.headers) },
      body: await request.text(),
    });
    const delayMs = response.transport?.delayMs;
    // Rejects on abort only; the reason is thrown below, as the real fetch does.
    if (delayMs !== undefined)
      await delay(delayMs, undefined, { signal: request.signal }).catch(() => undefined);
    request.signal.throwIfAborted();
    if (response.transport?.disconnect === true) throw new TypeError("fetch failed");
    return new Response(bodyOf(response), { status: response.status, headers: response.headers });
  };
}

function bodyOf(response: PceResponse): ConstructorParameters<typeof Response>[0] {
  if (response.status === 204 || response.status === 304) return null;
  if (response.transport?.truncate !== true) return response.body;
  const half = response.body.slice(0, Math.floor(response.body.length / 2));
  let sent = false;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) controller.error(new TypeError("terminated"));
      else controller.enqueue(new TextEncoder().encode(half));
      sent = true;
    },
  });
}
