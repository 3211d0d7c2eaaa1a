import { canonicalHref, collectionOf } from "../../model/hrefs.ts";
import { hrefsOf, type JsonObject } from "../../model/json.ts";
import { done, notFound } from "../../model/outcome.ts";
import { pendingDocument } from "../../model/pending.ts";
import { present } from "../../model/present.ts";
import { provision, versionDocument } from "../../model/provisioning.ts";
import { dependencies, restore, revertAll, revertSome } from "../../model/revert.ts";
import { POLICY_COLLECTIONS, type PolicyVersion, tableAt, tableOf } from "../../model/state.ts";
import { collectionAnswer } from "../collection-answer.ts";
import { answer, type Call, empty, json, type PceResponse, refused, withBody } from "../exchange.ts";
import { type Route, route } from "../router.ts";

const policy = "/orgs/:org/sec_policy";

/** Provisioning, versions, pending work, and the special reads of label groups. */
export const policyVersionRoutes: readonly Route[] = [
  route("GET", policy, listVersions),
  route("POST", policy, (call) =>
    withBody(
      call,
      (body) => provision(call.sandbox.state, call.actor, body),
      (version) => json(201, versionDocument(call.sandbox.state, version)),
    ),
  ),
  route("GET", `${policy}/pending`, (call) => json(200, pendingDocument(call.sandbox.state))),
  route("DELETE", `${policy}/pending`, (call) =>
    answer(revertAll(call.sandbox.state, call.actor), () => empty(204)),
  ),
  route("PUT", `${policy}/delete`, (call) =>
    withBody(
      call,
      (body) => revertSome(call.sandbox.state, call.actor, body),
      () => empty(204),
    ),
  ),
  route("POST", `${policy}/draft/dependencies`, (call) =>
    withBody(
      call,
      (body) => dependencies(call.sandbox.state, body),
      (found) => json(200, found),
    ),
  ),
  route("POST", `${policy}/:pversion/restore`, (call) =>
    answer(restore(call.sandbox.state, call.actor, call.params.pversion ?? ""), () => empty(204)),
  ),
  route("GET", `${policy}/:pversion/modified_objects`, (call) =>
    withVersion(call, (version) => json(200, modifiedObjects(version))),
  ),
  route("GET", `${policy}/:pversion/label_groups/:id/member_of`, memberOf),
  route("GET", `${policy}/:pversion/label_groups/:id/all_labels`, allLabels),
  route("GET", `${policy}/:pversion`, (call) =>
    withVersion(call, (version) => json(200, versionDocument(call.sandbox.state, version))),
  ),
];

function listVersions(call: Call): PceResponse {
  const { state } = call.sandbox;
  const rows = state.versions.toReversed().map((version) => versionDocument(state, version));
  return collectionAnswer(call, { rows, total: rows.length });
}

function withVersion(call: Call, render: (version: PolicyVersion) => PceResponse): PceResponse {
  const { versions } = call.sandbox.state;
  const wanted = call.params.pversion;
  const version =
    wanted === "active"
      ? versions.at(-1)
      : versions.find((candidate) => String(candidate.version) === wanted);
  return version === undefined ? refused(notFound(call.path).refusal) : render(version);
}

function modifiedObjects(version: PolicyVersion): JsonObject {
  return Object.fromEntries(
    POLICY_COLLECTIONS.map((name) => [
      name,
      version.modified.filter((href) => collectionOf(href) === name).map((href) => ({ href })),
    ]),
  );
}

function memberOf(call: Call): PceResponse {
  const { state } = call.sandbox;
  const version = call.params.pversion ?? "draft";
  const href = canonicalHref(call.path.slice(0, -"/member_of".length));
  const groups = [...(tableAt(state, version, "label_groups") ?? new Map<string, JsonObject>()).values()];
  const holders = groups.filter((group) => hrefsOf(group.sub_groups).includes(href));
  return json(
    200,
    holders.map((group) => present(state, "label_groups", group, version)),
  );
}

function allLabels(call: Call): PceResponse {
  const { state } = call.sandbox;
  const groups = tableAt(state, call.params.pversion ?? "draft", "label_groups");
  const start = canonicalHref(call.path.slice(0, -"/all_labels".length));
  if (groups?.has(start) !== true) return refused(notFound(call.path).refusal);
  const seen = new Set<string>([start]);
  const labels = new Set<string>();
  for (const href of seen) {
    const group = groups.get(href);
    for (const label of hrefsOf(group?.labels)) labels.add(label);
    for (const inner of hrefsOf(group?.sub_groups)) seen.add(inner);
  }
  const rows = [...labels].flatMap((href) => tableOf(state, "labels").get(href) ?? []);
  return answer(done(rows), (found) => json(200, found));
}
