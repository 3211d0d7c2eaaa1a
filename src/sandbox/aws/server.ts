import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConnectionFault } from "./model/aws-error.ts";
import { longPolling } from "./model/sqs/sqs-region.ts";
import { createSandboxAws, type SandboxAws, type SandboxAwsOptions } from "./sandbox-aws.ts";
import type { WireRequest, WireResponse } from "./wire/http.ts";

export interface ServerOptions extends SandboxAwsOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** An existing sandbox to serve; otherwise one is made from the other options. */
  readonly sandbox?: SandboxAws;
  /** Keeps the sandbox clock at the wall clock: what becomes due runs by itself. */
  readonly wallClock?: boolean;
}

export interface RunningSandbox {
  /** What to put into `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly sandbox: SandboxAws;
  close(): Promise<void>;
}

/** Serves the embedded AWS on 127.0.0.1, for any SDK, the AWS CLI and everything else that speaks HTTP. */
export async function startSandboxAws(options: ServerOptions = {}): Promise<RunningSandbox> {
  const sandbox = options.sandbox ?? createSandboxAws(options);
  // Time passes by itself here, so a ReceiveMessage may wait for it.
  if (options.wallClock === true) sandbox.world.part(longPolling).enabled = true;
  const follow = () => sandbox.clock.advanceTo(Date.now());
  if (options.wallClock === true) follow();
  const timer = options.wallClock === true ? setInterval(follow, 200).unref() : undefined;
  const server = createServer((incoming, outgoing) => {
    if (timer !== undefined) follow();
    answer(sandbox, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sandbox,
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  sandbox: SandboxAws,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    send(outgoing, await sandbox.handle(await readRequest(incoming)), incoming.method === "HEAD");
  } catch (error) {
    // A call that "times out" is left without an answer; the client gives up first.
    if (error instanceof ConnectionFault && error.kind === "timeout") return;
    incoming.socket.destroy();
  }
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [path = "/", query = ""] = splitOnce(incoming.url ?? "/", "?");
  const headers = Object.entries(incoming.headers).map(
    ([name, value]) => [name, [value].flat().join(", ")] as const,
  );
  return {
    method: incoming.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function send(outgoing: ServerResponse, response: WireResponse, isHead: boolean): void {
  const body = typeof response.body === "string" ? Buffer.from(response.body) : response.body;
  const length = isHead ? {} : { "content-length": String(body.length) };
  outgoing.writeHead(response.status, { ...length, ...response.headers });
  outgoing.end(isHead ? undefined : body);
}
