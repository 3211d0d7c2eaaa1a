import type { Credential } from "../model/state.ts";
import type { SandboxPce } from "../sandbox-pce.ts";
import { actorOf, authenticate } from "./authenticate.ts";
import { type Call, html, json, type PceRequest, type PceResponse } from "./exchange.ts";
import { replacement, spoiled } from "./fault-answers.ts";
import { dispatch } from "./router.ts";
import { ROUTES } from "./routes/all.ts";

/** Answers one request, in this process and at once; `transport` of the answer says what the wire should do to it. */
export function handlePceRequest(sandbox: SandboxPce, request: PceRequest): PceResponse {
  const method = request.method.toUpperCase();
  const [rawPath = "", ownQuery = ""] = request.path.split("?", 2);
  const path = rawPath.replace(/^\/api\/v[12](?=\/)/, "");
  const fault = sandbox.faults.take({ method, path });
  const instead = fault === undefined ? undefined : replacement(fault.answer);
  if (instead !== undefined && fault?.afterwards !== true) return finish(sandbox, instead);
  const response =
    path === rawPath ? html(404, "404 Not Found") : serve(sandbox, request, method, path, ownQuery);
  const real = instead ?? response;
  return finish(sandbox, fault === undefined ? real : spoiled(fault.answer, real));
}

const finish = (sandbox: SandboxPce, response: PceResponse): PceResponse => ({
  ...response,
  headers: { ...response.headers, "x-request-id": sandbox.requestIds.uuid() },
});

function serve(
  sandbox: SandboxPce,
  request: PceRequest,
  method: string,
  path: string,
  ownQuery: string,
): PceResponse {
  const headers = new Map(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const credential = authenticate(sandbox.state, headers.get("authorization"));
  const stopped = gate(sandbox, credential, path);
  if (stopped !== undefined) return stopped;
  const user = credential ?? { keyId: "", secret: "", userHref: "/users/0", username: "" };
  const query = new URLSearchParams(ownQuery);
  for (const [name, value] of queryEntries(request.query)) query.append(name, value);
  const actor = actorOf(user, `/api/v2${path}`, method);
  const call: Call = { sandbox, actor, method, path, params: {}, query, headers, body: request.body ?? "" };
  return dispatch(ROUTES, call);
}

const queryEntries = (query: PceRequest["query"]): Iterable<readonly [string, string]> =>
  query instanceof URLSearchParams ? query : Object.entries(query ?? {});

/** What keeps a request from being looked at: a bad key, too many requests, another organisation. */
function gate(
  sandbox: SandboxPce,
  credential: Credential | undefined,
  path: string,
): PceResponse | undefined {
  if (path === "/product_version") return undefined;
  if (credential === undefined) {
    return json(401, [{ token: "authentication_error", message: "Authentication failed" }]);
  }
  const { switches, state } = sandbox;
  if (!sandbox.rateLimiter.admits(credential.keyId, state.now(), switches.requestsPerMinute)) {
    const seconds = switches.retryAfterOn429;
    const retry: Record<string, string> = seconds === undefined ? {} : { "retry-after": String(seconds) };
    return json(429, [{ token: "too_many_requests_error", message: "Too many requests" }], retry);
  }
  const org = /^\/orgs\/([^/]+)/.exec(path)?.[1];
  return org === undefined || org === state.orgId
    ? undefined
    : json(403, [{ token: "forbidden_error", message: `No access to organization ${org}` }]);
}
