import { recordEvent } from "./events.ts";
import { canonicalHref, policyObjectOf } from "./hrefs.ts";
import { hrefsOf, isObject, type Json, type JsonObject, objectsOf, textOf, without } from "./json.ts";
import { done, type Outcome, refuse } from "./outcome.ts";
import {
  commitDependencies,
  type Dependency,
  type PendingChange,
  pendingChanges,
  withoutDeletedRules,
} from "./pending.ts";
import { provisionBody } from "./schema/policy.ts";
import { validateObject } from "./schema/validate.ts";
import {
  type Actor,
  type PceState,
  POLICY_COLLECTIONS,
  type PolicyVersion,
  type Table,
  tableOf,
  timestamp,
} from "./state.ts";

/** `POST sec_policy`: makes pending changes active, those of the `change_subset` or all. */
export function provision(state: PceState, actor: Actor, body: Json): Outcome<PolicyVersion> {
  const valid = validateObject(provisionBody, body);
  if (!valid.ok) return valid;
  const selected = selectedChanges(state, valid.value.change_subset);
  if (!selected.ok) return selected;
  if (selected.value.length === 0) return refuse("no_pending_changes", "There is nothing to provision");
  const missing = commitDependencies(state, selected.value);
  if (missing.length > 0) return refuse("provision_dependencies_missing", dependencyText(missing));
  const version = makeActive(state, actor, textOf(valid.value.update_description) ?? "", selected.value);
  tellProvision(state, actor, version);
  return done(version);
}

/** The pending changes that a `change_subset` names, or all of them when there is none. */
export function selectedChanges(
  state: PceState,
  subset: Json | undefined,
): Outcome<readonly PendingChange[]> {
  const pending = pendingChanges(state);
  if (!isObject(subset)) return done(pending);
  const selected: PendingChange[] = [];
  for (const [collection, references] of Object.entries(subset)) {
    for (const href of hrefsOf(references)) {
      const object = policyObjectOf(href);
      if (object?.collection !== collection || !tableOf(state, collection).has(object.href)) {
        return refuse("invalid_uri", `Invalid URI: {${href}}`);
      }
      selected.push(...pending.filter((change) => change.href === canonicalHref(object.href)));
    }
  }
  return done(selected);
}

const dependencyText = (missing: readonly Dependency[]): string =>
  `Provision together with ${missing.map((item) => item.dependency.href).join(", ")}`;

/** Puts changes into a new version and brings the draft in line with it. */
export function makeActive(
  state: PceState,
  actor: Actor,
  commitMessage: string,
  changes: readonly PendingChange[],
): PolicyVersion {
  const before = state.versions.at(-1);
  const objects = new Map<string, Table>(before?.objects);
  for (const collection of POLICY_COLLECTIONS) {
    const mine = changes.filter((change) => change.collection === collection);
    if (mine.length > 0) objects.set(collection, nextTable(state, objects.get(collection), mine));
  }
  const version: PolicyVersion = {
    version: (before?.version ?? 0) + 1,
    commitMessage,
    createdAt: timestamp(state),
    createdBy: actor.userHref,
    workloadsAffected: [...tableOf(state, "workloads").values()].filter(
      (workload) => workload.managed === true && workload.deleted !== true,
    ).length,
    modified: changes.map((change) => change.href),
    objects,
  };
  state.versions.push(version);
  return version;
}

function nextTable(state: PceState, before: Table | undefined, changes: readonly PendingChange[]): Table {
  const next = new Map(before);
  for (const { collection, href, document } of changes) {
    const draft = tableOf(state, collection);
    if (document.update_type === "delete") {
      next.delete(href);
      draft.delete(href);
    } else {
      const active = activeForm(document);
      next.set(href, active);
      draft.set(href, draftForm(active));
    }
  }
  return next;
}

function activeForm(document: JsonObject): JsonObject {
  const kept = withoutDeletedRules(document);
  return without(
    mapRules(kept, (rule) => without(rule, "update_type")),
    "update_type",
  );
}

/** An active document as the unchanged draft: `update_type` null on it and its rules. */
export const draftForm = (active: JsonObject): JsonObject => ({
  ...mapRules(active, (rule) => ({ ...rule, update_type: null })),
  update_type: null,
});

function mapRules(document: JsonObject, change: (rule: JsonObject) => JsonObject): JsonObject {
  if (document.rules === undefined) return document;
  return {
    ...document,
    rules: objectsOf(document.rules).map(change),
    deny_rules: objectsOf(document.deny_rules).map(change),
  };
}

function tellProvision(state: PceState, actor: Actor, version: PolicyVersion): void {
  recordEvent(state, actor, "sec_policy.create", 201, [
    {
      changeType: "create",
      kind: "sec_policy",
      resource: {
        href: `/orgs/${state.orgId}/sec_policy/${version.version}`,
        commit_message: version.commitMessage,
        version: version.version,
        modified_objects: {},
      },
      changes: { version: { before: version.version - 1, after: version.version } },
    },
  ]);
}

/** A policy version as `GET sec_policy/<version>` shows it. */
export function versionDocument(state: PceState, version: PolicyVersion): JsonObject {
  return {
    href: `/orgs/${state.orgId}/sec_policy/${version.version}`,
    version: version.version,
    commit_message: version.commitMessage,
    workloads_affected: version.workloadsAffected,
    object_counts: Object.fromEntries(
      POLICY_COLLECTIONS.map((name) => [name, version.objects.get(name)?.size ?? 0]),
    ),
    created_at: version.createdAt,
    created_by: { href: version.createdBy },
  };
}
