import type { PolicyFault } from "../../ports/policy-fault.ts";
import { createCaFetch } from "./ca-fetch.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type CredentialsProvider, redact } from "./credentials.ts";
import { type CredentialsSession, createCredentialsSession } from "./credentials-session.ts";
import { isHtml } from "./error-body.ts";
import { exchange, type HttpAnswer, type HttpFetch, type HttpMethod } from "./exchange.ts";
import { hrefPath } from "./parse/href.ts";
import { parsePceAddress } from "./pce-address.ts";
import { type Asked, faultOfBody, faultOfStatus, faultOfTransport } from "./pce-fault.ts";
import { createRateLimit, type TakeTurn } from "./rate-limit.ts";
import { type Miss, retryDelay } from "./retry.ts";
import type { EachRow } from "./row-reader.ts";

export interface PceClientOptions {
  /** Any form that {@link parsePceAddress} reads. */
  readonly url: string;
  /** The organisation's number; else the one in `url`, else 1. */
  readonly org?: string;
  readonly credentials: CredentialsProvider;
  /** Certificate authorities (PEM) to trust instead of the machine's. */
  readonly ca?: string;
  readonly fetch?: HttpFetch;
  readonly clock?: Clock;
  /** Default 450: the PCE refuses more than 500 a minute for one key. */
  readonly requestsPerMinute?: number;
  /** Milliseconds for one exchange. Default 30 seconds. */
  readonly timeoutMs?: number;
}

export interface PceRequest {
  readonly method: HttpMethod;
  /** An href of the PCE (`/orgs/1/…`), or a path below the organisation (`labels`), query included. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Given when the answer is a list that may be large: what becomes of each member. It is called while the answer
   * arrives, and again for the same members when the answer has to be asked for again. The answer's `text` is not whole.
   */
  readonly eachRow?: EachRow;
  /** Error statuses that the caller wants to see as an answer. */
  readonly accept?: readonly number[];
}

/** An answer that counts: a success, or an accepted error status. */
export interface PceAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` when the body was empty, or not JSON under an accepted error status. */
  readonly json: unknown;
  readonly text: string;
}

export interface PceClient {
  /** Host and port, for messages. */
  readonly host: string;
  readonly org: string;
  readonly clock: Clock;
  /**
   * Sends a request, again where that is safe.
   *
   * @throws PolicyFault of every kind; its text never holds the secret
   */
  request(request: PceRequest): Promise<PceAnswer>;
  /** What a message says was asked. */
  asked(request: Pick<PceRequest, "method" | "path">): Asked;
}

interface Wiring {
  readonly base: string;
  readonly org: string;
  readonly host: string;
  readonly send: HttpFetch;
  readonly clock: Clock;
  readonly takeTurn: TakeTurn;
  readonly session: CredentialsSession;
  readonly timeoutMs: number;
}

/** A client of one PCE and one organisation. It paces itself, repeats what is safe to repeat, and reads JSON. */
export function createPceClient(options: PceClientOptions): PceClient {
  const address = parsePceAddress(options.url);
  const clock = options.clock ?? systemClock;
  const wiring: Wiring = {
    base: address.base,
    org: options.org ?? address.org ?? "1",
    host: new URL(address.base).host,
    send: options.fetch ?? (options.ca === undefined ? fetch : createCaFetch(options.ca)),
    clock,
    takeTurn: createRateLimit(options.requestsPerMinute ?? 450, clock),
    session: createCredentialsSession(options.credentials),
    timeoutMs: options.timeoutMs ?? 30_000,
  };
  const { host, org } = wiring;
  return {
    host,
    org,
    clock,
    asked: ({ method, path }) => ({ method, host, org, path: fullPath(org, path) }),
    request: (request) => requestWithRetries(wiring, request),
  };
}

async function requestWithRetries(wiring: Wiring, request: PceRequest): Promise<PceAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptRequest(wiring, request);
    if (outcome.kind === "answer") return outcome.answer;
    const wait = retryDelay(request.method, outcome, attempt, wiring.clock.now());
    if (wait === undefined) throw faultOf(wiring, request, outcome);
    await wiring.clock.sleep(wait, request.signal);
  }
}

type Outcome = { readonly kind: "answer"; readonly answer: PceAnswer } | Miss;

async function attemptRequest(wiring: Wiring, request: PceRequest): Promise<Outcome> {
  const sent = await sendAuthorized(wiring, request);
  if (sent.kind !== "http") return sent;
  const { answer } = sent;
  const accepted = request.accept?.includes(answer.status) ?? false;
  const success = answer.status >= 200 && answer.status < 300;
  if (!success && !accepted) return { kind: "status", answer };
  const body = "rows" in answer ? readRows(answer.rows) : readJson(answer.text);
  if (!body.ok && success) return { kind: "body", answer, html: isHtml(answer.text) };
  return { kind: "answer", answer: { ...answer, json: body.json } };
}

/** Sends once, and once more when the key was refused and the provider meanwhile has another one. */
async function sendAuthorized(
  wiring: Wiring,
  request: PceRequest,
): Promise<{ kind: "http"; answer: HttpAnswer } | Miss> {
  const used = await wiring.session.current();
  const first = await sendOnce(wiring, request, used.authorization);
  if (first.kind !== "http" || first.answer.status !== 401) return first;
  const renewed = await wiring.session.renewed(used);
  return renewed === undefined ? first : sendOnce(wiring, request, renewed.authorization);
}

async function sendOnce(
  wiring: Wiring,
  request: PceRequest,
  authorization: string,
): Promise<{ kind: "http"; answer: HttpAnswer } | Miss> {
  await wiring.takeTurn(request.signal);
  const result = await exchange(
    wiring.send,
    {
      url: `${wiring.base}${fullPath(wiring.org, request.path)}`,
      method: request.method,
      headers: {
        accept: "application/json",
        ...contentHeaders(request.body),
        ...request.headers,
        authorization,
      },
      timeoutMs: request.timeoutMs ?? wiring.timeoutMs,
      ...(request.body === undefined ? {} : { body: bodyText(request.body) }),
      ...(request.eachRow === undefined ? {} : { eachRow: request.eachRow }),
    },
    request.signal,
  );
  return result.ok ? { kind: "http", answer: result.value } : { kind: "transport", failure: result.error };
}

function contentHeaders(body: unknown): Readonly<Record<string, string>> {
  return body === undefined || typeof body === "string" ? {} : { "content-type": "application/json" };
}

function bodyText(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

function fullPath(org: string, path: string): string {
  const href = hrefPath(path);
  return href.startsWith("/") ? href : `/orgs/${org}/${href}`;
}

function readRows(rows: unknown): { readonly ok: boolean; readonly json: unknown } {
  return rows instanceof SyntaxError ? { ok: false, json: undefined } : { ok: true, json: rows };
}

function readJson(text: string): { readonly ok: boolean; readonly json: unknown } {
  if (text.trim() === "") return { ok: true, json: undefined };
  try {
    const json: unknown = JSON.parse(text);
    return { ok: true, json };
  } catch {
    return { ok: false, json: undefined };
  }
}

function faultOf(wiring: Wiring, request: PceRequest, miss: Miss): PolicyFault {
  const { host, org, session } = wiring;
  const asked: Asked = { method: request.method, host, org, path: fullPath(org, request.path) };
  if (miss.kind === "transport") return faultOfTransport(asked, miss.failure);
  // What the PCE or a proxy says is not ours: it could repeat the header that we sent.
  const answer = { ...miss.answer, text: redact(miss.answer.text, session.last()) };
  return miss.kind === "status" ? faultOfStatus(asked, answer) : faultOfBody(asked, answer);
}
