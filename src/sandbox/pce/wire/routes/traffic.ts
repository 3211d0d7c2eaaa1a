import { pollJob } from "../../model/jobs.ts";
import { isObject, type JsonObject, objectsOf, parseJson } from "../../model/json.ts";
import { notFound } from "../../model/outcome.ts";
import { cancelTrafficQuery, startTrafficQuery } from "../../model/traffic-query.ts";
import { type Call, empty, json, type PceResponse, refused, withBody } from "../exchange.ts";
import { type Route, route } from "../router.ts";

const queries = "/orgs/:org/traffic_flows/async_queries";

/** Queries over the uploaded flows. */
export const trafficRoutes: readonly Route[] = [
  route("GET", queries, (call) =>
    json(
      200,
      [...call.sandbox.state.jobs]
        .filter(([href]) => href.includes("/async_queries/"))
        .map(([, job]) => job.document),
    ),
  ),
  route("POST", queries, (call) =>
    withBody(
      call,
      (body) => startTrafficQuery(call.sandbox.state, call.actor, body),
      (document) => json(202, document),
    ),
  ),
  route("GET", `${queries}/:id`, (call) => {
    const document = pollJob(call.sandbox.state, call.path);
    return document === undefined ? refused(notFound(call.path).refusal) : json(200, document);
  }),
  route("PUT", `${queries}/:id`, (call) =>
    withBody(
      call,
      (body) => cancelTrafficQuery(call.sandbox.state, call.path, body),
      () => empty(202),
    ),
  ),
  route("DELETE", `${queries}/:id`, (call) =>
    call.sandbox.state.jobs.delete(call.path) ? empty(204) : refused(notFound(call.path).refusal),
  ),
  route("GET", `${queries}/:id/download`, download),
];

/** JSON when the client asks for it, else CSV. */
function download(call: Call): PceResponse {
  const content = call.sandbox.state.datafiles.get(call.path);
  if (content === undefined) return refused(notFound(call.path).refusal);
  if ((call.headers.get("accept") ?? "").includes("application/json"))
    return { ...json(200, null), body: content };
  const rows = objectsOf(parseJson(content)).map(csvLine);
  const header = "Source IP,Destination IP,Port,Protocol,Num Flows,Reported Policy Decision";
  return { status: 200, headers: { "content-type": "text/csv" }, body: `${[header, ...rows].join("\n")}\n` };
}

function csvLine(row: JsonObject): string {
  const field = (object: JsonObject[string] | undefined, key: string): string =>
    isObject(object) ? String(object[key]) : "";
  const service = row.service;
  return [
    field(row.src, "ip"),
    field(row.dst, "ip"),
    field(service, "port"),
    field(service, "proto"),
    String(row.num_connections),
    String(row.policy_decision),
  ].join(",");
}
