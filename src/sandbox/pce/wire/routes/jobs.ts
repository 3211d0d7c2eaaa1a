import { pollJob } from "../../model/jobs.ts";
import type { JsonObject } from "../../model/json.ts";
import { textOf } from "../../model/json.ts";
import { notFound } from "../../model/outcome.ts";
import { uploadFlows } from "../../model/traffic-upload.ts";
import { collectionAnswer } from "../collection-answer.ts";
import { answer, type Call, empty, json, type PceResponse, refused } from "../exchange.ts";
import { type Route, route } from "../router.ts";

/** Asynchronous jobs and their datafiles, events, and the upload of flows. */
export const jobRoutes: readonly Route[] = [
  route("GET", "/orgs/:org/jobs", (call) =>
    json(
      200,
      [...call.sandbox.state.jobs].filter(([href]) => href.includes("/jobs/")).map(([, job]) => job.document),
    ),
  ),
  route("GET", "/orgs/:org/jobs/:id", (call) => {
    const document = pollJob(call.sandbox.state, call.path);
    return document === undefined ? refused(notFound(call.path).refusal) : json(200, document);
  }),
  route("DELETE", "/orgs/:org/jobs/:id", (call) =>
    call.sandbox.state.jobs.delete(call.path) ? empty(204) : refused(notFound(call.path).refusal),
  ),
  route("GET", "/orgs/:org/datafiles/:id", (call) => {
    const content = call.sandbox.state.datafiles.get(call.path);
    return content === undefined
      ? refused(notFound(call.path).refusal)
      : { ...json(200, null), body: content };
  }),
  route("GET", "/orgs/:org/events", listEvents),
  route("GET", "/orgs/:org/events/:id", (call) => {
    const event = call.sandbox.state.events.find((candidate) => candidate.href === call.path);
    return event === undefined ? refused(notFound(call.path).refusal) : json(200, event);
  }),
  route("POST", "/orgs/:org/agents/bulk_traffic_flows", (call) =>
    answer(uploadFlows(call.sandbox.state, call.body), (counts) => json(201, counts)),
  ),
];

/** Events default to 100 rows and never give more than 10,000. */
const EVENT_LIMITS = { fallback: 100, cap: 10_000 };

function listEvents(call: Call): PceResponse {
  const { events } = call.sandbox.state;
  const rows = events.toReversed().filter((event) => keepsEvent(call.query, event));
  return collectionAnswer(call, { rows, total: events.length }, EVENT_LIMITS);
}

function keepsEvent(query: URLSearchParams, event: JsonObject): boolean {
  const exact = ["event_type", "severity", "status"].every(
    (name) => query.get(name) === null || query.get(name) === event[name],
  );
  const at = textOf(event.timestamp) ?? "";
  const from = query.get("timestamp[gte]");
  const to = query.get("timestamp[lte]");
  return (
    exact &&
    (from === null || Date.parse(at) >= Date.parse(from)) &&
    (to === null || Date.parse(at) <= Date.parse(to))
  );
}
