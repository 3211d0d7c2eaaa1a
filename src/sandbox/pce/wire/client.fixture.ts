import type { Json, JsonObject } from "../model/json.ts";
import { SANDBOX_KEY, type SandboxPce } from "../sandbox-pce.ts";
import { sandboxPceFetch } from "./sandbox-pce-fetch.ts";

/** What a test looks at in an answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReturnType<typeof JSON.parse>;
}

/** Calls a sandbox in this process, or a PCE at a URL, with the default key. */
export function client(target: SandboxPce | string) {
  const base = typeof target === "string" ? target : "http://pce.sandbox.test";
  const send = typeof target === "string" ? fetch : sandboxPceFetch(target);
  const key = Buffer.from(`api_${SANDBOX_KEY.keyId}:${SANDBOX_KEY.secret}`).toString("base64");
  return async (
    method: string,
    path: string,
    body?: Json,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await send(`${base}/api/v2${path}`, {
      method,
      headers: { authorization: `Basic ${key}`, accept: "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type") === "application/json";
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? (JSON.parse(text) as JsonObject) : text,
    };
  };
}
