import type { HttpAnswer, HttpMethod, TransportFailure } from "./exchange.ts";

/** What one attempt came to, when it is not an answer that counts. */
export type Miss =
  | { readonly kind: "status"; readonly answer: HttpAnswer }
  | { readonly kind: "body"; readonly answer: HttpAnswer; readonly html: boolean }
  | { readonly kind: "transport"; readonly failure: TransportFailure };

const ATTEMPTS = 4;
const LONGEST_WAIT = 60_000;
const RATE_LIMIT_WAIT = 10_000;
const FIRST_WAIT = 1_000;

/**
 * How long to wait before the request may be sent again. A 429 was not processed, so anything may be; after a 5xx or
 * a timeout a POST may have been, and a second one could provision or create twice.
 *
 * @param attempt how many were made, from 1
 * @returns milliseconds, or `undefined` when it must not be sent again
 */
export function retryDelay(method: HttpMethod, miss: Miss, attempt: number, now: number): number | undefined {
  if (attempt >= ATTEMPTS || !mayRepeat(method, miss)) return undefined;
  const asked = miss.kind === "status" ? retryAfter(miss.answer.headers, now) : undefined;
  return Math.min(asked ?? ownWait(miss, attempt), LONGEST_WAIT);
}

/**
 * Milliseconds in a `Retry-After` header, which holds seconds or a date.
 *
 * @returns `undefined` when there is none, or it cannot be read
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function mayRepeat(method: HttpMethod, miss: Miss): boolean {
  if (miss.kind === "status" && miss.answer.status === 429) return true;
  if (method === "POST") return false;
  switch (miss.kind) {
    case "status":
      return miss.answer.status >= 500;
    case "body":
      return !miss.html;
    case "transport":
      return miss.failure.kind !== "untrusted";
  }
}

function ownWait(miss: Miss, attempt: number): number {
  const limited = miss.kind === "status" && miss.answer.status === 429;
  return limited ? RATE_LIMIT_WAIT * attempt : FIRST_WAIT * 2 ** (attempt - 1);
}
