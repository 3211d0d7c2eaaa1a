import { recordEvent } from "../../model/events.ts";
import type { JsonObject } from "../../model/json.ts";
import { isObject, type Json, textOf } from "../../model/json.ts";
import { done, notFound, type Outcome, refuse } from "../../model/outcome.ts";
import { type Credential, timestamp } from "../../model/state.ts";
import { type Call, empty, json, type PceResponse, refused, withBody } from "../exchange.ts";
import { type Route, route } from "../router.ts";

/** Product version, health, users and API keys. */
export const accountRoutes: readonly Route[] = [
  route("GET", "/product_version", () =>
    json(200, {
      version: "25.2.40",
      build: "1",
      release_info: "",
      long_display: "25.2.40-1",
      short_display: "25.2.40",
      engineering_info: "sandbox",
    }),
  ),
  route("GET", "/health", (call) =>
    json(200, [
      {
        fqdn: "pce.sandbox.test",
        type: "standalone",
        status: "normal",
        available_seconds: 1,
        nodes: [],
        notifications: [],
        generated_at: timestamp(call.sandbox.state),
      },
    ]),
  ),
  route("GET", "/noop", () => empty(204)),
  route("GET", "/users", (call) =>
    json(
      200,
      userHrefs(call).map((href) => userDocument(call, href)),
    ),
  ),
  route("GET", "/users/login", (call) =>
    json(200, {
      href: call.actor.userHref,
      auth_username: `user_${call.actor.userHref.split("/").at(-1)}`,
      username: call.actor.username,
      orgs: [{ href: `/orgs/${call.sandbox.state.orgId}`, org_id: Number(call.sandbox.state.orgId) }],
    }),
  ),
  route("GET", "/users/:id", (call) =>
    userHrefs(call).includes(call.path)
      ? json(200, userDocument(call, call.path))
      : refused(notFound(call.path).refusal),
  ),
  route("GET", "/users/:id/api_keys", (call) =>
    json(
      200,
      keysOf(call).map((key) => keyDocument(call, key)),
    ),
  ),
  route("POST", "/users/:id/api_keys", (call) =>
    withBody(
      call,
      (body) => createKey(call, body),
      (document) => json(201, document),
    ),
  ),
  route("DELETE", "/users/:id/api_keys/:key", deleteKey),
  route("GET", "/orgs/:org/settings/workloads", (call) =>
    json(200, {
      href: call.path,
      workload_disconnected_timeout_seconds: [{ scope: [], value: 3600 }],
      workload_goodbye_timeout_seconds: [{ scope: [], value: 900 }],
    }),
  ),
];

const userHrefs = (call: Call): readonly string[] => [
  ...new Set(call.sandbox.state.credentials.map((credential) => credential.userHref)),
];

function userDocument(call: Call, href: string): JsonObject {
  const credential = call.sandbox.state.credentials.find((candidate) => candidate.userHref === href);
  return {
    href,
    username: credential?.username ?? "",
    full_name: credential?.username ?? "",
    type: "local",
    time_zone: "UTC",
    locked: false,
    effective_groups: [],
  };
}

const keysOf = (call: Call): readonly Credential[] =>
  call.sandbox.state.credentials.filter((credential) => credential.userHref === `/users/${call.params.id}`);

const keyDocument = (call: Call, key: Credential): JsonObject => ({
  href: `/users/${call.params.id}/api_keys/${key.keyId}`,
  key_id: key.keyId,
  auth_username: `api_${key.keyId}`,
});

function createKey(call: Call, body: Json): Outcome<JsonObject> {
  const { state } = call.sandbox;
  const name = isObject(body) ? textOf(body.name) : undefined;
  if (name === undefined) return refuse("input_validation_error", "The property '#/name' is required");
  const userHref = `/users/${call.params.id}`;
  const user = state.credentials.find((credential) => credential.userHref === userHref);
  if (user === undefined) return notFound(userHref);
  const keyId = state.ids.uuid().replaceAll("-", "").slice(0, 17);
  const secret = `${state.ids.uuid()}${state.ids.uuid()}`.replaceAll("-", "");
  state.credentials.push({ keyId, secret, userHref, username: user.username });
  const href = `${userHref}/api_keys/${keyId}`;
  recordEvent(state, call.actor, "api_key.create", 201, [
    { changeType: "create", kind: "api_key", resource: { href, name } },
  ]);
  return done({ href, name, key_id: keyId, auth_username: `api_${keyId}`, secret });
}

function deleteKey(call: Call): PceResponse {
  const { credentials } = call.sandbox.state;
  const at = credentials.findIndex(
    (credential) => `${credential.userHref}/api_keys/${credential.keyId}` === call.path,
  );
  if (at < 0) return refused(notFound(call.path).refusal);
  credentials.splice(at, 1);
  recordEvent(call.sandbox.state, call.actor, "api_key.delete", 204, [
    { changeType: "delete", kind: "api_key", resource: { href: call.path } },
  ]);
  return empty(204);
}
