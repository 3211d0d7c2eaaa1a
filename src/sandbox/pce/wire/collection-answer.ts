import { startJob } from "../model/jobs.ts";
import type { JsonObject } from "../model/json.ts";
import type { Found } from "../model/query-collection.ts";
import { type Call, empty, json, type PceResponse, refused } from "./exchange.ts";

/** Rows of a collection GET when nobody asks for a number, and the silent cap. */
const ROW_CAP = 500;

/** How a collection limits its rows. */
export interface RowLimits {
  readonly fallback: number;
  readonly cap: number;
}

/**
 * Answers a collection: at once with at most 500 rows and without a word about the rest, or as a job when the client
 * prefers that.
 */
export function collectionAnswer(call: Call, found: Found, limits?: RowLimits): PceResponse {
  if (/\brespond-async\b/i.test(call.headers.get("prefer") ?? "")) return asyncAnswer(call, found.rows);
  const { switches } = call.sandbox;
  const cap = limits?.cap ?? (switches.capAt500 ? ROW_CAP : Number.POSITIVE_INFINITY);
  const asked = call.query.get("max_results");
  if (asked !== null && !/^\d+$/.test(asked)) {
    return refused({
      status: 406,
      errors: [
        { token: "input_validation_error", message: "The parameter 'max_results' must be a whole number" },
      ],
    });
  }
  const wanted = asked === null ? (limits?.fallback ?? ROW_CAP) : Number(asked);
  const total = switches.totalCountIsFiltered ? found.rows.length : found.total;
  return json(200, found.rows.slice(0, Math.min(wanted, cap)), {
    "x-total-count": String(total),
    "x-matched-count": String(found.rows.length),
  });
}

function asyncAnswer(call: Call, rows: readonly JsonObject[]): PceResponse {
  const { state, switches } = call.sandbox;
  const job = startJob(state, call.actor, call.path, JSON.stringify(rows));
  const host = call.headers.get("host");
  const base = switches.absoluteJobLocation && host !== undefined ? `http://${host}/api/v2` : "";
  return empty(202, { location: `${base}${job}`, "retry-after": String(switches.jobRetryAfterSeconds) });
}
