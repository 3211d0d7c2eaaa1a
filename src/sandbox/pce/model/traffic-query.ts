import { isObject, type Json, type JsonObject } from "./json.ts";
import { done, notFound, type Outcome } from "./outcome.ts";
import { trafficQuery, trafficQueryUpdate } from "./schema/traffic.ts";
import { validateObject } from "./schema/validate.ts";
import { type Actor, type PceState, timestamp } from "./state.ts";
import { trafficRows } from "./traffic-rows.ts";

/** `POST traffic_flows/async_queries`: queues a query over the uploaded flows. */
export function startTrafficQuery(state: PceState, actor: Actor, body: Json): Outcome<JsonObject> {
  const valid = validateObject(trafficQuery, body);
  if (!valid.ok) return valid;
  const href = `/orgs/${state.orgId}/traffic_flows/async_queries/${state.ids.uuid()}`;
  const rows = trafficRows(state, valid.value);
  state.datafiles.set(`${href}/download`, JSON.stringify(rows));
  const now = timestamp(state);
  const document: JsonObject = {
    href,
    status: "queued",
    created_by: { href: actor.userHref },
    created_at: now,
    updated_at: now,
    query_parameters: valid.value,
  };
  const final: JsonObject = {
    status: "completed",
    result: `${href}/download`,
    matches_count: rows.length,
    flows_count: rows.length,
    regions: [],
  };
  state.jobs.set(href, { document, final, pollsLeft: state.switches.jobPolls });
  return done(document);
}

/** `PUT traffic_flows/async_queries/<id>`: asks for an end of the query. */
export function cancelTrafficQuery(state: PceState, href: string, body: Json): Outcome<undefined> {
  const valid = validateObject(trafficQueryUpdate, body);
  if (!valid.ok) return valid;
  const job = state.jobs.get(href);
  if (job === undefined || !isObject(body)) return notFound(href);
  state.jobs.set(href, { ...job, final: { status: "cancelled" }, pollsLeft: 0 });
  return done(undefined);
}
