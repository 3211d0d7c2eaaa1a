import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { seededRandom } from "../../bench/seeded-random.ts";

/** What a proxy does to a call. `lostReply`: the call is carried out, and its answer never arrives. */
export type Mischief = "throttled" | "reset" | "lostReply" | "unavailable";

/** One call of the query protocol that came by. */
export interface ProxiedCall {
  readonly service: string;
  /** E.g. `DescribeDBInstances`. */
  readonly action: string;
  /** Absent: it went through. */
  readonly mischief?: Mischief;
}

export interface FaultProxyOptions {
  /** Where calls go that are let through. */
  readonly upstream: string;
  /** The same seed and the same order of calls: the same mischief. */
  readonly seed: number;
  /** Of a hundred calls, so many come to each kind of harm. */
  readonly percent: Readonly<Partial<Record<Mischief, number>>>;
  /** Awaited when a call was carried out, before its answer goes back, if it does. */
  readonly carriedOut?: (call: ProxiedCall) => Promise<void>;
}

/** An HTTP proxy between clients of AWS and an AWS that throttles, breaks connections and loses answers. */
export interface FaultProxy {
  readonly url: string;
  readonly calls: readonly ProxiedCall[];
  stop(): Promise<void>;
}

/** Starts one on a free loopback port. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const random = seededRandom(options.seed);
  const calls: ProxiedCall[] = [];
  const draw = (): Mischief | undefined => {
    let at = random(100);
    for (const [kind, share] of Object.entries(options.percent)) {
      if (at < share) return kind as Mischief;
      at -= share;
    }
    return undefined;
  };
  const server = createServer((incoming, outgoing) => {
    pass(options, incoming, outgoing, draw, calls).catch(() => outgoing.socket?.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pass(
  { upstream, carriedOut }: FaultProxyOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  draw: () => Mischief | undefined,
  calls: ProxiedCall[],
): Promise<void> {
  const body = await bodyOf(incoming);
  const mischief = draw();
  const call: ProxiedCall = { ...nameOf(incoming, body), ...(mischief === undefined ? {} : { mischief }) };
  calls.push(call);
  if (mischief === "reset") {
    incoming.socket.destroy();
    return;
  }
  if (mischief === "throttled" || mischief === "unavailable") {
    refuse(outgoing, call.service, mischief);
    return;
  }
  const answer = await forward(upstream, incoming, body);
  await carriedOut?.(call);
  if (mischief === "lostReply") {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(answer.status, answer.headers).end(answer.body);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The service stands in the credential scope of the signature, the action in the form. */
function nameOf(incoming: IncomingMessage, body: Buffer): ProxiedCall {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(incoming.headers.authorization ?? "");
  const target = String(incoming.headers["x-amz-target"] ?? "").replace(/^.*\./, "");
  return {
    service: scope?.[1] ?? "",
    action: new URLSearchParams(body.toString("utf8")).get("Action") ?? target,
  };
}

/** As each service words it: EC2 turns away with 503, RDS with 400. */
function refuse(outgoing: ServerResponse, service: string, kind: "throttled" | "unavailable"): void {
  const ec2 = service === "ec2";
  const throttle = ec2 ? "RequestLimitExceeded" : "Throttling";
  const code = kind === "throttled" ? throttle : "ServiceUnavailable";
  const error = `<Code>${code}</Code><Message>Not now</Message>`;
  const body = ec2
    ? `<Response><Errors><Error>${error}</Error></Errors><RequestID>proxy</RequestID></Response>`
    : `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>proxy</RequestId></ErrorResponse>`;
  outgoing
    .writeHead(kind === "throttled" && !ec2 ? 400 : 503, { "content-type": "text/xml" })
    .end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
}

function forward(upstream: string, incoming: IncomingMessage, body: Buffer) {
  const { method, url, headers } = incoming;
  return new Promise<{
    readonly status: number;
    readonly headers: IncomingMessage["headers"];
    readonly body: Buffer;
  }>((resolve, reject) => {
    const to = request(`${upstream}${url ?? "/"}`, { method, headers }, (answer) => {
      bodyOf(answer).then((text) => {
        const { "transfer-encoding": _chunked, connection: _connection, ...kept } = answer.headers;
        resolve({ status: answer.statusCode ?? 502, headers: kept, body: text });
      }, reject);
    });
    to.on("error", reject);
    to.end(body);
  });
}
