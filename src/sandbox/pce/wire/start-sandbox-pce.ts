import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { createSandboxPce, type SandboxPce, type SandboxPceOptions } from "../sandbox-pce.ts";
import type { PceResponse } from "./exchange.ts";
import { handlePceRequest } from "./handle-pce-request.ts";

/** Where the server listens, besides the options of the sandbox itself. */
export interface StartSandboxPceOptions extends SandboxPceOptions {
  /** Loopback port; absent or 0: any free one. */
  readonly port?: number;
  /** Certificate and key in PEM for HTTPS; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A sandbox that exists already, to be served; the other sandbox options are ignored then. */
  readonly sandbox?: SandboxPce;
}

/** A sandbox that listens. */
export interface RunningSandboxPce {
  /** Without a path, e.g. `http://127.0.0.1:40001`. */
  readonly url: string;
  readonly sandbox: SandboxPce;
  close(): Promise<void>;
}

/** Serves a PCE on loopback until `close()`. */
export async function startSandboxPce(options: StartSandboxPceOptions = {}): Promise<RunningSandboxPce> {
  const sandbox = options.sandbox ?? createSandboxPce(options);
  const listener: RequestListener = (incoming, outgoing) => {
    serve(sandbox, incoming, outgoing).catch(() => incoming.destroy());
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    sandbox,
    close: () => closeServer(server),
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function serve(
  sandbox: SandboxPce,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
  const response = handlePceRequest(sandbox, {
    method: incoming.method ?? "GET",
    path: incoming.url ?? "/",
    headers,
    body,
  });
  if (response.transport?.delayMs !== undefined) await delay(response.transport.delayMs);
  send(response, outgoing);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: PceResponse, outgoing: ServerResponse): void {
  if (response.transport?.disconnect === true) {
    outgoing.destroy();
    return;
  }
  const bytes = Buffer.from(response.body, "utf8");
  const hasBody = response.status !== 204 && response.status !== 304;
  outgoing.writeHead(response.status, {
    ...response.headers,
    ...(hasBody ? { "content-length": String(bytes.length) } : {}),
  });
  if (response.transport?.truncate === true) {
    outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy());
  } else {
    outgoing.end(hasBody ? bytes : undefined);
  }
}
