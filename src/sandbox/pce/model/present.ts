import { presentBinding } from "./bindings.ts";
import { rewriteHrefs } from "./hrefs.ts";
import { hrefOf, isList, type JsonObject, objectsOf, without } from "./json.ts";
import { type PceState, tableOf } from "./state.ts";

/**
 * A document as a GET shows it: labels with key and value, hrefs in the spelling of the policy version, and
 * `update_type` only in the draft.
 *
 * @param version `draft`, `active` or a number for versioned objects; any for others
 */
export function present(
  state: PceState,
  collection: string,
  document: JsonObject,
  version: string,
): JsonObject {
  if (collection === "service_bindings") return presentBinding(state, document);
  const shown = isList(document.labels) ? { ...document, labels: withKeys(state, document) } : document;
  if (state.live.has(collection)) return shown;
  const rewritten = rewriteHrefs(version, withSubGroupNames(state, shown));
  const withoutUnused =
    collection === "virtual_services" ? dropNulls(rewritten, ["service", "service_ports"]) : rewritten;
  return version === "draft" ? withoutUnused : without(withoutUnused, "update_type");
}

function withKeys(state: PceState, document: JsonObject): readonly JsonObject[] {
  const labels = tableOf(state, "labels");
  return objectsOf(document.labels).map((reference) => {
    const label = labels.get(hrefOf(reference) ?? "");
    return label === undefined
      ? reference
      : { ...reference, key: label.key ?? null, value: label.value ?? null };
  });
}

function withSubGroupNames(state: PceState, document: JsonObject): JsonObject {
  if (!isList(document.sub_groups)) return document;
  const groups = tableOf(state, "label_groups");
  return {
    ...document,
    sub_groups: objectsOf(document.sub_groups).map((reference) => ({
      ...reference,
      name: groups.get(hrefOf(reference) ?? "")?.name ?? null,
    })),
  };
}

const dropNulls = (document: JsonObject, keys: readonly string[]): JsonObject =>
  without(document, ...keys.filter((key) => document[key] === null));
