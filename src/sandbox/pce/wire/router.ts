import { type Call, html, json, type PceResponse } from "./exchange.ts";

/** A method, a path with `:names`, and what answers it. */
export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handle: (call: Call) => PceResponse;
}

/** Makes a route; `:name` stands for one path segment. */
export function route(method: string, path: string, handle: (call: Call) => PceResponse): Route {
  const source = path.replaceAll(/:([a-z]+)/g, "(?<$1>[^/]+)");
  return { method, pattern: new RegExp(`^${source}$`), handle };
}

/** Answers a call by the first route that fits; 405 when only the method is wrong, an HTML 404 when none fits. */
export function dispatch(routes: readonly Route[], call: Call): PceResponse {
  let pathIsKnown = false;
  for (const candidate of routes) {
    const match = candidate.pattern.exec(call.path);
    if (match === null) continue;
    pathIsKnown = true;
    if (candidate.method === call.method) return candidate.handle({ ...call, params: { ...match.groups } });
  }
  return pathIsKnown
    ? json(405, [
        { token: "method_not_allowed_error", message: `Method not allowed: ${call.method} ${call.path}` },
      ])
    : html(404, "404 Not Found");
}
