import { Readable } from "node:stream";
import type { HttpHandlerOptions, HttpRequest, HttpResponse, QueryParameterBag } from "@smithy/types";
import { ConnectionFault } from "./model/aws-error.ts";
import type { Dispatch } from "./wire/dispatch.ts";
import type { WireRequest, WireResponse } from "./wire/http.ts";

/** A sandbox, or any part of one that answers requests. */
export interface Answering {
  readonly handle: Dispatch;
}

/** What every AWS SDK v3 client accepts as `requestHandler`. */
export interface InProcessRequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
  destroy(): void;
}

/**
 * Joins SDK clients to a sandbox without sockets:
 * `new EC2Client({ region, credentials, requestHandler: inProcessRequestHandler(sandbox) })`.
 */
export function inProcessRequestHandler(sandbox: Answering): InProcessRequestHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request) => ({ response: await exchange(sandbox, request) }),
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {},
  };
}

async function exchange(sandbox: Answering, request: HttpRequest): Promise<HttpResponse> {
  try {
    return toResponse(await sandbox.handle(await toWire(request)));
  } catch (error) {
    throw error instanceof ConnectionFault ? connectionError(error) : error;
  }
}

async function toWire(request: HttpRequest): Promise<WireRequest> {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return {
    method: request.method,
    path: request.path,
    query: toSearchParams(request.query ?? {}),
    headers: { host: request.hostname, ...Object.fromEntries(headers) },
    body: await toBytes(request.body),
  };
}

function toSearchParams(query: QueryParameterBag): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) params.append(name, item ?? "");
  }
  return params;
}

async function toBytes(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>)
    chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

const toResponse = (response: WireResponse): HttpResponse => ({
  statusCode: response.status,
  headers: { ...response.headers },
  body: Readable.from([typeof response.body === "string" ? Buffer.from(response.body) : response.body], {
    objectMode: false,
  }),
});

/** As Node's own HTTP client reports them, which is what the SDK's retry logic looks at. */
function connectionError(fault: ConnectionFault): Error {
  if (fault.kind === "timeout") return Object.assign(new Error(fault.message), { name: "TimeoutError" });
  return Object.assign(new Error(fault.message), { code: "ECONNRESET" });
}
