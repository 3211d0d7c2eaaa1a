import { type Json, parseJson } from "../model/json.ts";
import { type Outcome, type Refusal, refuse } from "../model/outcome.ts";
import type { Actor } from "../model/state.ts";
import type { SandboxPce } from "../sandbox-pce.ts";

/** A request as the wire hands it over. */
export interface PceRequest {
  readonly method: string;
  /** With or without a query string. */
  readonly path: string;
  readonly query?: URLSearchParams | Readonly<Record<string, string>>;
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer; the wire carries it out. */
export interface PceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What happens on the way to the client; absent: nothing. */
  readonly transport?: Transport;
}

/** Trouble on the way: a delay in milliseconds, a body cut in the middle, or a connection that breaks. */
export interface Transport {
  readonly delayMs?: number;
  readonly truncate?: boolean;
  readonly disconnect?: boolean;
}

/** What a route handler works on. */
export interface Call {
  readonly sandbox: SandboxPce;
  readonly actor: Actor;
  readonly method: string;
  /** Path below `/api/v2`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Some clients compare the content type as an exact string, so nothing may follow it. */
const JSON_HEADERS = { "content-type": "application/json", "cache-control": "no-store" };

/** A JSON answer. */
export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): PceResponse => ({
  status,
  headers: { ...JSON_HEADERS, ...headers },
  body: JSON.stringify(value),
});

/** An answer without a body. */
export const empty = (status: number, headers: Readonly<Record<string, string>> = {}): PceResponse => ({
  status,
  headers: { "cache-control": "no-store", ...headers },
  body: "",
});

/** A page in HTML, as a proxy or an unknown route answers. */
export const html = (status: number, title: string): PceResponse => ({
  status,
  headers: { "content-type": "text/html" },
  body: `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
});

/** The answer to a refused request. */
export const refused = (refusal: Refusal): PceResponse => json(refusal.status, refusal.errors);

/** Turns the outcome of a model function into an answer. */
export const answer = <T>(outcome: Outcome<T>, render: (value: T) => PceResponse): PceResponse =>
  outcome.ok ? render(outcome.value) : refused(outcome.refusal);

/** The JSON body of a call; no body is an empty object. */
function bodyOf(call: Call): Outcome<Json> {
  const value = call.body.trim() === "" ? {} : parseJson(call.body);
  return value === undefined
    ? refuse("input_validation_error", "The body is not JSON", 400)
    : { ok: true, value };
}

/** Runs a model function on the JSON body of a call. */
export function withBody<T>(
  call: Call,
  run: (body: Json) => Outcome<T>,
  render: (value: T) => PceResponse,
): PceResponse {
  const body = bodyOf(call);
  return body.ok ? answer(run(body.value), render) : refused(body.refusal);
}
