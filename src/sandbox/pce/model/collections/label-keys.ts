import { hrefsOf, type JsonObject } from "../json.ts";
import { done, type Outcome, refuse } from "../outcome.ts";
import { type PceState, tableOf } from "../state.ts";

/** An object carries at most one label of each key. */
export function refuseTwoLabelsOfOneKey(state: PceState, body: JsonObject): Outcome<JsonObject> {
  const keys = hrefsOf(body.labels).map((href) => tableOf(state, "labels").get(href)?.key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  return twice === undefined
    ? done(body)
    : refuse("input_validation_error", `At most one label of each type: ${String(twice)}`);
}
