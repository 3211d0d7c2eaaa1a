import type { SandboxPce } from "../../src/sandbox/pce/index.ts";
import { handlePceRequest } from "../../src/sandbox/pce/wire/handle-pce-request.ts";

/**
 * A `fetch` that answers from the embedded PCE without the request, response and stream objects of the platform, which
 * cost more than the PCE itself. It has what the PCE client uses of an answer: status, headers and text.
 */
export function directPceFetch(pce: SandboxPce): typeof fetch {
  return async (input, init) => {
    // As `fetch` does, before anything is sent: whoever asked has given up.
    init?.signal?.throwIfAborted();
    const url = new URL(String(input));
    const { status, headers, body, transport } = handlePceRequest(pce, {
      method: init?.method ?? "GET",
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...(init?.headers as Readonly<Record<string, string>> | undefined) },
      ...(typeof init?.body === "string" ? { body: init.body } : {}),
    });
    if (transport?.disconnect === true) throw new TypeError("fetch failed");
    const text = async (): Promise<string> => {
      if (transport?.truncate === true) throw new TypeError("terminated");
      return body;
    };
    return { status, ok: status < 300, headers: new Headers(headers), text } as Response;
  };
}
