import { request } from "node:https";
import type { HttpFetch } from "./exchange.ts";

/** Statuses for which an answer has no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * A `fetch` over HTTPS that trusts the certificate authorities in `ca` (PEM) and no others. Node's own `fetch` takes
 * them only from NODE_EXTRA_CA_CERTS, which must be set before the process starts.
 */
export function createCaFetch(ca: string): HttpFetch {
  return (url, init) =>
    new Promise((resolve, reject) => {
      const { signal, body, method } = init;
      // node:https does not unpack what it gets.
      const headers = { ...Object.fromEntries(new Headers(init.headers)), "accept-encoding": "identity" };
      const outgoing = request(
        url,
        { ca, method: method ?? "GET", headers, ...(signal ? { signal } : {}) },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            const status = incoming.statusCode ?? 0;
            const text = WITHOUT_BODY.has(status) ? null : Buffer.concat(chunks);
            resolve(new Response(text, { status, headers: plainHeaders(incoming.headersDistinct) }));
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(typeof body === "string" ? body : undefined);
    });
}

function plainHeaders(headers: NodeJS.Dict<string[]>): Headers {
  const plain = new Headers();
  for (const [name, values] of Object.entries(headers)) {
    for (const value of values ?? []) plain.append(name, value);
  }
  return plain;
}
