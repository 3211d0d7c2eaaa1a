import { canonicalHref, collectionOf } from "./hrefs.ts";
import { isList, isObject, type Json, type JsonObject } from "./json.ts";
import { done, type Outcome, refuse } from "./outcome.ts";
import { activeTable, type PceState, tableOf } from "./state.ts";

/** Which collection a reference under this key must lie in. */
const KIND_BY_KEY: Readonly<Record<string, string>> = {
  label: "labels",
  labels: "labels",
  label_group: "label_groups",
  sub_groups: "label_groups",
  workload: "workloads",
  virtual_service: "virtual_services",
  virtual_server: "virtual_servers",
  ip_list: "ip_lists",
  service: "services",
  ingress_services: "services",
  egress_services: "services",
};

/**
 * Brings every reference of a body to canonical spelling and checks that it leads to an object of the right kind.
 *
 * @returns the body with canonical hrefs, or `invalid_uri`
 */
export function resolveReferences(state: PceState, body: JsonObject): Outcome<JsonObject> {
  for (const [key, href] of referencesIn(body)) {
    const wanted = KIND_BY_KEY[key];
    if (wanted === undefined) continue;
    if (collectionOf(href) !== wanted || !exists(state, wanted, href)) {
      return refuse("invalid_uri", `Invalid URI: {${href}}`);
    }
  }
  return done(canonical(body));
}

function exists(state: PceState, collection: string, href: string): boolean {
  const key = canonicalHref(href);
  const document = tableOf(state, collection).get(key) ?? activeTable(state, collection).get(key);
  return document !== undefined && document.deleted !== true && document.update_type !== "delete";
}

/** Each `href` below the top of a document, with the key of the reference that holds it. */
export function* referencesIn(document: JsonObject): Generator<readonly [string, string]> {
  for (const [key, value] of Object.entries(document)) yield* referencesUnder(key, value);
}

function* referencesUnder(key: string, value: Json): Generator<readonly [string, string]> {
  if (isList(value)) {
    for (const item of value) yield* referencesUnder(key, item);
  } else if (isObject(value)) {
    if (typeof value.href === "string") yield [key, value.href];
    yield* referencesIn(value);
  }
}

function canonical(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, canonicalValue(key, item)]));
}

function canonicalValue(key: string, value: Json): Json {
  if (isList(value)) return value.map((item) => canonicalValue(key, item));
  if (isObject(value)) return canonical(value);
  return key === "href" && typeof value === "string" ? canonicalHref(value) : value;
}

/** True when a document refers to an object; marked-for-deletion drafts count, as on the real PCE. */
export function refersTo(document: JsonObject, href: string): boolean {
  for (const [, found] of referencesIn(document)) if (found === href) return true;
  return false;
}

/** The documents of some collections, draft and active, that refer to an object. */
export function referrers(
  state: PceState,
  href: string,
  collections: readonly string[],
): readonly JsonObject[] {
  return collections.flatMap((collection) =>
    [...tableOf(state, collection).values(), ...activeTable(state, collection).values()].filter(
      (document) => document.deleted !== true && document.href !== href && refersTo(document, href),
    ),
  );
}
