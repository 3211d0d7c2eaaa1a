import { FILTERS, labelListsOf } from "./filters.ts";
import type { JsonObject } from "./json.ts";
import { done, notFound, type Outcome, refuse } from "./outcome.ts";
import { present } from "./present.ts";
import { referrers } from "./references.ts";
import { type PceState, tableAt } from "./state.ts";

/** What a GET on a collection finds, before any cap. */
export interface Found {
  readonly rows: readonly JsonObject[];
  /** Size of the collection without the filter. */
  readonly total: number;
}

/** Reads a collection with the filters of a query string; text filters match substrings. */
export function queryCollection(
  state: PceState,
  collection: string,
  version: string,
  query: URLSearchParams,
): Outcome<Found> {
  const table = state.live.get(collection) ?? tableAt(state, version, collection);
  if (table === undefined) return notFound(`sec_policy/${version}`);
  const labels = query.get("labels");
  if (labels !== null && labelListsOf(labels) === undefined) {
    return refuse(
      "input_validation_error",
      "The parameter 'labels' must be a JSON list of lists of label hrefs",
    );
  }
  const withDeleted = query.get("include_deleted")?.toLowerCase() === "true";
  const all = [...table.values()].filter((row) => withDeleted || row.deleted !== true);
  const filters = Object.entries(FILTERS[collection] ?? {}).flatMap(([name, filter]) => {
    const value = query.get(name);
    return value === null ? [] : [(row: JsonObject) => filter(row, value)];
  });
  const kept = filters.length === 0 ? all : all.filter((row) => filters.every((keep) => keep(row)));
  const usage = query.get("usage")?.toLowerCase() === "true";
  const rows = kept.map((row) => {
    const shown = present(state, collection, row, version);
    return usage ? { ...shown, usage: usageOf(state, row) } : shown;
  });
  return done({ rows, total: all.length });
}

function usageOf(state: PceState, row: JsonObject): JsonObject {
  const used = (collection: string): boolean => referrers(state, String(row.href), [collection]).length > 0;
  return {
    label_group: used("label_groups"),
    ruleset: used("rule_sets"),
    rule: used("rule_sets"),
    enforcement_boundary: used("enforcement_boundaries"),
    static_policy_scopes: false,
    containers_inherit_host_policy_scopes: false,
    blocked_connection_reject_scope: false,
  };
}
