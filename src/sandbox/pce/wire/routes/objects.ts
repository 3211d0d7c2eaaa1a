import { createBindings, deleteBinding } from "../../model/bindings.ts";
import { COLLECTIONS } from "../../model/collections/all.ts";
import type { CollectionSpec } from "../../model/collections/spec.ts";
import { createObject } from "../../model/create-object.ts";
import { deleteObject } from "../../model/delete-object.ts";
import { canonicalHref } from "../../model/hrefs.ts";
import { notFound } from "../../model/outcome.ts";
import { present } from "../../model/present.ts";
import { queryCollection } from "../../model/query-collection.ts";
import { tableAt } from "../../model/state.ts";
import { updateObject } from "../../model/update-object.ts";
import { collectionAnswer } from "../collection-answer.ts";
import { answer, type Call, empty, json, type PceResponse, refused, withBody } from "../exchange.ts";
import { type Route, route } from "../router.ts";

/** Create, read, update and delete of every plain collection, and service bindings. */
export const objectRoutes: readonly Route[] = [
  ...[...COLLECTIONS.values()].flatMap((spec) => (spec.versioned ? versionedRoutes(spec) : liveRoutes(spec))),
  ...readOnlyPolicyRoutes("firewall_settings"),
  ...readOnlyPolicyRoutes("virtual_servers"),
  ...readOnlyPolicyRoutes("secure_connect_gateways"),
  ...bindingRoutes(),
];

function liveRoutes(spec: CollectionSpec): readonly Route[] {
  const base = `/orgs/:org/${spec.name}`;
  return [
    route("GET", base, (call) => list(call, spec.name)),
    route("POST", base, (call) => create(call, spec)),
    route("GET", `${base}/:id`, (call) => getOne(call, spec.name)),
    route("PUT", `${base}/:id`, (call) => update(call, spec)),
    route("DELETE", `${base}/:id`, (call) => remove(call, spec)),
  ];
}

function versionedRoutes(spec: CollectionSpec): readonly Route[] {
  const draft = `/orgs/:org/sec_policy/draft/${spec.name}`;
  return [
    route("POST", draft, (call) => create(call, spec)),
    route("PUT", `${draft}/:id`, (call) => update(call, spec)),
    route("DELETE", `${draft}/:id`, (call) => remove(call, spec)),
    ...readOnlyPolicyRoutes(spec.name),
  ];
}

function readOnlyPolicyRoutes(collection: string): readonly Route[] {
  const base = `/orgs/:org/sec_policy/:pversion/${collection}`;
  return [
    route("GET", base, (call) => list(call, collection)),
    route("GET", `${base}/:id`, (call) => getOne(call, collection)),
  ];
}

const versionOf = (call: Call): string => call.params.pversion ?? "draft";

function list(call: Call, collection: string): PceResponse {
  return answer(queryCollection(call.sandbox.state, collection, versionOf(call), call.query), (found) =>
    collectionAnswer(call, found),
  );
}

function create(call: Call, spec: CollectionSpec): PceResponse {
  const { state } = call.sandbox;
  return withBody(
    call,
    (body) => createObject(state, call.actor, spec, body),
    (document) => json(201, present(state, spec.name, document, "draft")),
  );
}

function getOne(call: Call, collection: string): PceResponse {
  const { state } = call.sandbox;
  const version = versionOf(call);
  const table = state.live.get(collection) ?? tableAt(state, version, collection);
  const document = table?.get(canonicalHref(call.path));
  return document === undefined
    ? refused(notFound(call.path).refusal)
    : json(200, present(state, collection, document, version));
}

function update(call: Call, spec: CollectionSpec): PceResponse {
  return withBody(
    call,
    (body) => updateObject(call.sandbox.state, call.actor, spec, call.path, body),
    () => empty(204),
  );
}

const remove = (call: Call, spec: CollectionSpec): PceResponse =>
  answer(deleteObject(call.sandbox.state, call.actor, spec, call.path), () => empty(204));

function bindingRoutes(): readonly Route[] {
  const base = "/orgs/:org/service_bindings";
  return [
    route("GET", base, (call) => list(call, "service_bindings")),
    route("POST", base, (call) =>
      withBody(
        call,
        (body) => createBindings(call.sandbox.state, call.actor, body),
        (created) => json(201, created),
      ),
    ),
    route("GET", `${base}/:id`, (call) => getOne(call, "service_bindings")),
    route("DELETE", `${base}/:id`, (call) =>
      answer(deleteBinding(call.sandbox.state, call.actor, call.path), () => empty(204)),
    ),
  ];
}
