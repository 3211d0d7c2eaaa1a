import { err, ok, type Result } from "../../core/result.ts";
import { type EachRow, rowReader } from "./row-reader.ts";

/** `fetch`, or what stands in for it. */
export type HttpFetch = (url: string, init: RequestInit) => Promise<Response>;

export type HttpMethod = "GET" | "POST" | "PUT" | "DELETE";

/** An HTTP answer whose body was read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Only how the body begins, where it was read row by row. */
  readonly text: string;
  /** The body, where it was read row by row; a `SyntaxError` when it is no JSON. */
  readonly rows?: unknown;
}

/**
 * Why there is no answer: `unreachable` when the request certainly never left, `cut` when it may have been processed,
 * `untrusted` for a certificate that this machine does not accept.
 */
export interface TransportFailure {
  readonly kind: "timedOut" | "unreachable" | "untrusted" | "cut";
  /** An error code such as `ECONNREFUSED`, or the name of the error. */
  readonly detail: string;
}

export interface HttpRequest {
  readonly url: string;
  readonly method: HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Given when a success is a JSON array that may be large: it is read while it arrives. */
  readonly eachRow?: EachRow;
  /** Milliseconds for the whole exchange, body included. */
  readonly timeoutMs: number;
}

const NEVER_LEFT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|ENETDOWN|\w*CONNECT_TIMEOUT)$/;
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS_CERT/;

/**
 * Sends one request and reads the whole answer. Redirects are not followed: they would carry the secret elsewhere.
 *
 * @throws only the reason of `signal`, when the caller gives up
 */
export async function exchange(
  send: HttpFetch,
  request: HttpRequest,
  signal?: AbortSignal,
): Promise<Result<HttpAnswer, TransportFailure>> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const init: RequestInit = {
    method: request.method,
    headers: request.headers,
    redirect: "manual",
    signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    ...(request.body === undefined ? {} : { body: request.body }),
  };
  try {
    const response = await send(request.url, init);
    const { status, headers, body } = response;
    if (request.eachRow !== undefined && status === 200 && body !== null)
      return ok({ status, headers, ...(await readRows(body, request.eachRow)) });
    return ok({ status, headers, text: await response.text() });
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.aborted)
      return err({ kind: "timedOut", detail: `no answer within ${request.timeoutMs} ms` });
    const detail = causeOf(error);
    if (UNTRUSTED.test(detail)) return err({ kind: "untrusted", detail });
    return err({ kind: NEVER_LEFT.test(detail) ? "unreachable" : "cut", detail });
  }
}

/** What of a body is kept for the message that it is no JSON. */
const SHOWN_BYTES = 2_000;

async function readRows(
  body: ReadableStream<Uint8Array>,
  each: EachRow,
): Promise<Pick<HttpAnswer, "text" | "rows">> {
  const reader = rowReader(each);
  let text: string | undefined;
  try {
    for await (const bytes of body) {
      text ??= new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES));
      reader.push(bytes);
    }
    return { text: text ?? "", rows: reader.end() };
  } catch (error) {
    if (error instanceof SyntaxError) return { text: text ?? "", rows: error };
    throw error;
  }
}

/** The code of the innermost cause: `fetch` hides it below "fetch failed". */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  if (error.cause instanceof Error) return causeOf(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
