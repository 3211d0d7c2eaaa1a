import { type BulkVerb, bulk } from "../../model/bulk.ts";
import { addInterface, removeInterface } from "../../model/interfaces.ts";
import { objectsOf } from "../../model/json.ts";
import { notFound } from "../../model/outcome.ts";
import { tableOf } from "../../model/state.ts";
import { answer, type Call, empty, json, type PceResponse, refused, withBody } from "../exchange.ts";
import { type Route, route } from "../router.ts";

const workload = "/orgs/:org/workloads/:id";

/** Bulk operations and interfaces; these must be asked before the plain `workloads/<id>`. */
export const workloadRoutes: readonly Route[] = [
  ...(["bulk_create", "bulk_update", "bulk_delete"] as const).map((verb) =>
    route("PUT", `/orgs/:org/workloads/${verb}`, (call) => runBulk(call, "workloads", verb)),
  ),
  ...(["bulk_create", "bulk_update"] as const).map((verb) =>
    route("PUT", `/orgs/:org/sec_policy/draft/virtual_services/${verb}`, (call) =>
      runBulk(call, "virtual_services", verb),
    ),
  ),
  route("GET", `${workload}/interfaces`, (call) => interfaces(call, workloadHref(call), undefined)),
  route("POST", `${workload}/interfaces`, (call) =>
    withBody(
      call,
      (body) => addInterface(call.sandbox.state, call.actor, workloadHref(call), body),
      (added) => json(201, added),
    ),
  ),
  route("GET", `${workload}/interfaces/:name`, (call) => interfaces(call, workloadHref(call), nameOf(call))),
  route("DELETE", `${workload}/interfaces/:name`, (call) =>
    answer(removeInterface(call.sandbox.state, call.actor, workloadHref(call), nameOf(call)), () =>
      empty(204),
    ),
  ),
];

function runBulk(call: Call, collection: "workloads" | "virtual_services", verb: BulkVerb): PceResponse {
  const { state, switches } = call.sandbox;
  const response = withBody(
    call,
    (body) => bulk(state, call.actor, collection, verb, body),
    (results) => json(200, results),
  );
  const delayed = response.status === 200 && switches.bulkMilliseconds > 0;
  return delayed ? { ...response, transport: { delayMs: switches.bulkMilliseconds } } : response;
}

const workloadHref = (call: Call): string => `/orgs/${call.params.org}/workloads/${call.params.id}`;

const nameOf = (call: Call): string => decodeURIComponent(call.params.name ?? "");

function interfaces(call: Call, href: string, name: string | undefined): PceResponse {
  const all = objectsOf(tableOf(call.sandbox.state, "workloads").get(href)?.interfaces);
  if (name === undefined) return json(200, all);
  const found = all.find((item) => item.name === name);
  return found === undefined ? refused(notFound(call.path).refusal) : json(200, found);
}
