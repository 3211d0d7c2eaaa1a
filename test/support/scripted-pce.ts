import type { Clock } from "../../src/adapters/pce/clock.ts";
import type { HttpFetch } from "../../src/adapters/pce/exchange.ts";
import { createPceClient, type PceClient, type PceClientOptions } from "../../src/adapters/pce/pce-client.ts";

/** One request as a scripted PCE saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path below `/api/v2`, with the query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer: JSON, text with a status, or an error that `fetch` rejects with. */
export type ScriptedAnswer =
  | Error
  | {
      readonly status?: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Record<string, string>;
    };

/** A PCE for unit tests: answers by a function or in order, and remembers what it was asked. */
export interface ScriptedPce {
  readonly fetch: HttpFetch;
  readonly seen: readonly SeenRequest[];
}

/** Answers in order; the last one stays. */
export function inOrder(...answers: readonly ScriptedAnswer[]): (request: SeenRequest) => ScriptedAnswer {
  let next = 0;
  return () => {
    const answer = answers[Math.min(next, answers.length - 1)] ?? new Error("no answer");
    next++;
    return answer;
  };
}

/** A scripted PCE; a test passes its `fetch` to the client. */
export function scriptedPce(answer: (request: SeenRequest) => ScriptedAnswer): ScriptedPce {
  const seen: SeenRequest[] = [];
  return {
    seen,
    fetch: async (url, init) => {
      const request: SeenRequest = {
        method: init.method ?? "GET",
        path: url.replace(/^.*\/api\/v2/, ""),
        headers: new Headers(init.headers),
        body: typeof init.body === "string" ? init.body : "",
      };
      seen.push(request);
      return respond(answer(request));
    },
  };
}

/** A clock that never waits and adds up what it should have waited. */
export function jumpingClock(start = Date.UTC(2026, 0, 1)): Clock & { readonly waits: readonly number[] } {
  let now = start;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** The secret of the clients made here; no message may hold it. */
export const TEST_SECRET = "s3cr3t-9f2c";

/** A client of a scripted PCE on a clock that does not wait. */
export function scriptedClient(pce: ScriptedPce, options: Partial<PceClientOptions> = {}): PceClient {
  return createPceClient({
    url: "https://pce.example.com:8443",
    org: "3",
    credentials: async () => ({ user: "1a2b", secret: TEST_SECRET }),
    fetch: pce.fetch,
    clock: jumpingClock(),
    ...options,
  });
}

function respond(answer: ScriptedAnswer): Response {
  if (answer instanceof Error) throw answer;
  const status = answer.status ?? 200;
  const text = answer.text ?? (answer.json === undefined ? "" : JSON.stringify(answer.json));
  const headers = answer.headers ?? {};
  return new Response(status === 204 ? null : text, { status, headers });
}
